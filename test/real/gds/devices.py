"""The special files of the stand-ins: each started volume is a loop device over its extent of a disk file.

A mirror is read and written through its first disk; the others, and joined proxies, receive its bytes when they are next
needed: at the part, and when a volume stops. Nothing can read them before.
"""
import errno
import fcntl
import os
import stat
import struct

from gds import Refused, SHARED, disks_below

ROOM = '/run/gds'
# <linux/loop.h>, <linux/fs.h>
LOOP_CONFIGURE, LOOP_CLR_FD, LOOP_CTL_GET_FREE = 0x4C0A, 0x4C01, 0x4C82
READ_ONLY = 1
BLKFLSBUF = 0x1261
# A number that no driver has: to open a stopped volume gives ENXIO.
STOPPED = os.makedev(42, 0)


def disk_file(state, owner, disk):
    return f'{SHARED}/{state.all["devices"][owner["disks"][disk]["device"]]["file"]}'


def special_files(node, class_name, volume):
    return [f'{ROOM}/dev/{node}/{class_name}/{kind}/{volume}' for kind in ('rdsk', 'dsk')]


def place_files(node, class_name, volume, device):
    """Puts the two special files of a volume on a node in place. @param device None removes them"""
    for path in special_files(node, class_name, volume):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            os.unlink(path)
        if device is not None:
            os.mknod(path, stat.S_IFBLK | 0o600, device)


def loop_path(number):
    path = f'{ROOM}/loop{number}'
    if not os.path.exists(path):
        os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(7, number))
    return path


def attach(file, offset, size, read_only):
    """A loop device over a part of a file. @return its number"""
    backing = os.open(file, os.O_RDONLY if read_only else os.O_RDWR)
    control = os.open('/dev/loop-control', os.O_RDWR)
    name = file.encode()[-63:]
    # struct loop_config: descriptor, block size, loop_info64
    head = struct.pack('=IIQQQQQIIII', backing, 0, 0, 0, 0, offset, size, 0, 0, 0, READ_ONLY if read_only else 0)
    config = head + name.ljust(64, b'\0') + bytes(64 + 32 + 16 + 64)
    while True:
        number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
        device = os.open(loop_path(number), os.O_RDONLY if read_only else os.O_RDWR)
        try:
            fcntl.ioctl(device, LOOP_CONFIGURE, config)
            break
        except OSError as error:
            # Another process of this machine was faster.
            if error.errno != errno.EBUSY:
                raise
        finally:
            os.close(device)
    os.close(control)
    os.close(backing)
    return number


def start(state, class_name, name, node, mode):
    owner = state.all['classes'][class_name]
    volume = owner['volumes'][name]
    [first, *_] = disks_below(owner, volume['on'])
    extent = (volume['first'] * 512, volume['blocks'] * 512)
    number = attach(disk_file(state, owner, first), *extent, mode == 'ro')
    volume['running'][node] = number
    place_files(node, class_name, name, os.makedev(7, number))


def stop(state, class_name, name, node):
    volume = state.all['classes'][class_name]['volumes'][name]
    number = volume['running'].pop(node)
    place_files(node, class_name, name, STOPPED)
    device = os.open(loop_path(number), os.O_RDONLY)
    os.fsync(device)
    fcntl.ioctl(device, LOOP_CLR_FD)
    os.close(device)


def refuse_in_use(volume, name, nodes):
    """A volume is in use while a process has it open or a node has it mounted."""
    for node in nodes:
        number = volume['running'].get(node)
        if number is not None and is_open(number):
            raise Refused(f'{name}: volume is in use on node {node}')


def is_open(number):
    try:
        # A mount holds its device exclusively.
        os.close(os.open(loop_path(number), os.O_RDONLY | os.O_EXCL))
    except OSError as error:
        if error.errno == errno.EBUSY:
            return True
        raise
    device = os.makedev(7, number)
    return any(has_open(pid, device) for pid in os.listdir(f'{ROOM}/proc') if pid.isdigit())


def has_open(pid, device):
    folder = f'{ROOM}/proc/{pid}/fd'
    try:
        for entry in os.listdir(folder):
            found = os.stat(f'{folder}/{entry}')
            if stat.S_ISBLK(found.st_mode) and found.st_rdev == device:
                return True
    except OSError:
        # The process, or what it had open, is gone.
        pass
    return False


def flush(volume):
    """What was written to a volume lies on its disk afterwards. A mounted file system is not written out by this."""
    for number in volume['running'].values():
        device = os.open(loop_path(number), os.O_RDONLY)
        os.fsync(device)
        os.close(device)


def copy(state, owner, source, targets):
    """Copies a volume to the disks of volumes of its size, the other disks of its own mirror among them."""
    flush(source)
    first, *others = disks_below(owner, source['on'])
    with open(disk_file(state, owner, first), 'rb') as file:
        file.seek(source['first'] * 512)
        data = file.read(source['blocks'] * 512)
    places = [(disk, source) for disk in others]
    places += [(disk, target) for target in targets for disk in disks_below(owner, target['on'])]
    for disk, target in places:
        with open(disk_file(state, owner, disk), 'r+b') as file:
            file.seek(target['first'] * 512)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
