# The room of the real hosts: a mount and a process namespace that ends with its input, and everything in it with it.
# Usage: room.sh FOLDER. It prints "ready" once hosts can be started in it.
set -e
cd "$1"
mkdir room
mount -t tmpfs -o mode=755 room room
mkdir room/proc room/dev room/hosts
mount -t proc proc room/proc
ln -s "$1/shared" room/shared
echo ready
# The end of the input is the end of the room: its first process takes all others along. A loop device would keep its file.
cat > /dev/null
for disk in shared/disk*; do
  losetup --noheadings --output NAME --associated "$disk" | xargs -r losetup --detach
done
