# Makes a host out of this machine, within mount, process and uts namespaces of its own, and becomes its sshd: everything below / is
# this machine's until the host changes it, and goes away with the host.
# Usage: host.sh FOLDER NAME SSHD ARGUMENT...; FOLDER/hosts/NAME holds what makes the host another one:
# shell (root's login shell), home (root's files), fstab, tape (megabytes of its drive's cartridge; no drive where absent), login (a
# further login with the same shell and home files, without rights; none where absent).
set -e
folder=$1 name=$2
shift 2
own=$folder/hosts/$name
base=$folder/room/hosts/$name
root=$base/root

hostname "$name"
mkdir -p "$base/upper" "$base/work" "$root" "$folder/room/dev/$name"
mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" host "$root"
cd "$root"

mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs -o mode=755 dev dev
for device in null zero full random urandom tty fuse loop-control; do
  # Numbers as the machine has them: those of /dev/fuse and /dev/loop-control are given out.
  mknod -m 666 "dev/$device" c "$((0x$(stat -c %t "/dev/$device")))" "$((0x$(stat -c %T "/dev/$device")))"
done
ln -s /proc/self/fd dev/fd
mkdir dev/pts dev/shm dev/sfdsk
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount --bind "$folder/room/dev/$name" dev/sfdsk

mount -t tmpfs -o mode=700 home root
cp -r "$own/home/." root
mount -t tmpfs -o mode=1777 spool var/tmp
# Temporary folders stay where they are: sshd's is one of them.
mkdir -p ".${folder%/*}" run/gds run/sshd app
mount --bind "${folder%/*}" ".${folder%/*}"
mount --bind "$folder/room" run/gds
mount --bind "$folder/room/proc" run/gds/proc
mount --bind "$folder/commands" usr/local/sbin

echo "$name" > etc/hostname
printf '%s' "$folder$name" | md5sum | cut -c 1-32 > etc/machine-id
sed -i "s,^\(root:.*:\)[^:]*$,\1$(cat "$own/shell")," etc/passwd
cp "$own/fstab" etc/fstab

mkdir old
pivot_root . old
cd /
umount -l old
rmdir old

if [ -e "$own/login" ]; then
  login=$(cat "$own/login")
  useradd --no-log-init --create-home --password '*' --shell "$(cat "$own/shell")" "$login"
  cp -r "$own/home/." "/home/$login"
  chown -R "$login:$login" "/home/$login"
  # sudo asks for the address of its host.
  echo "127.0.0.1 localhost $name" > etc/hosts
fi

if [ -e "$own/tape" ]; then
  "$folder/tape.py" "$folder/shared/$name.tap" /run/tape "$(cat "$own/tape")"
  for device in st0 nst0; do
    touch "/dev/$device"
    mount --bind "/run/tape/$device" "/dev/$device"
  done
fi
# A csh closes every descriptor that it may have, one by one, whenever it starts.
ulimit -n 1024
exec "$@"
