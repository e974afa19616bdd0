"""The special files of the stand-ins: each started volume is a loop device over its extent of a disk file.

A mirror is read and written through its first disk; the others, and joined proxies, receive its bytes when they are next
needed: at the part, and when a volume stops. Nothing can read them before. A volume on stripes is a loop device over a file that
is put together when it starts; its disks receive what was written at the same times.
"""
import errno
import fcntl
import os
import stat
import struct

from gds import PRIVATE, Refused, SHARED

ROOM = '/run/gds'
# <linux/loop.h>, <linux/fs.h>
LOOP_CONFIGURE, LOOP_CLR_FD, LOOP_CTL_GET_FREE = 0x4C0A, 0x4C01, 0x4C82
READ_ONLY = 1
BLKFLSBUF = 0x1261
# A number that no driver has: to open a stopped volume gives ENXIO.
STOPPED = os.makedev(42, 0)


def disk_file(state, owner, disk):
    return f'{SHARED}/{state.all["devices"][owner["disks"][disk]["device"]]["file"]}'


def copies(owner, place):
    """Where the copies of a volume lie: the disks or stripe groups of a mirror, or its only place."""
    group = owner['groups'].get(place)
    if group is None or group['type'] != 'mirror':
        return [place]
    return [copy_place for member in group['members'] for copy_place in copies(owner, member)]


def pieces(owner, place, first, blocks):
    """A copy's blocks in their order, as disk, first block and number of blocks.

    How a stripe counts is not in the excerpts: units of its width are presumed to lie on its members by turns, after the
    private area of each.
    """
    if place in owner['disks']:
        yield place, first, blocks
        return
    group = owner['groups'][place]
    if group['type'] != 'stripe':
        raise Refused(f'{place}: groups of type {group["type"]} below others are not part of the stand-in')
    at, end = first - PRIVATE, first - PRIVATE + blocks
    while at < end:
        unit, within = divmod(at, group['width'])
        turn, member = divmod(unit, len(group['members']))
        count = min(group['width'] - within, end - at)
        yield from pieces(owner, group['members'][member], PRIVATE + turn * group['width'] + within, count)
        at += count


def read_copy(state, owner, place, volume):
    data = b''
    for disk, first, blocks in pieces(owner, place, volume['first'], volume['blocks']):
        with open(disk_file(state, owner, disk), 'rb') as file:
            file.seek(first * 512)
            data += file.read(blocks * 512)
    return data


def write_copy(state, owner, place, volume, data):
    at = 0
    for disk, first, blocks in pieces(owner, place, volume['first'], volume['blocks']):
        with open(disk_file(state, owner, disk), 'r+b') as file:
            file.seek(first * 512)
            file.write(data[at:at + blocks * 512])
            file.flush()
            os.fsync(file.fileno())
        at += blocks * 512


def backing(state, owner, volume):
    """The file that a volume is read and written through, and where it begins there."""
    place = copies(owner, volume['on'])[0]
    if place in owner['disks']:
        return disk_file(state, owner, place), volume['first'] * 512
    if 'file' not in volume:
        volume['file'] = f'{SHARED}/disk-of-stripes-{os.getpid()}'
        with open(volume['file'], 'wb') as file:
            file.write(read_copy(state, owner, place, volume))
    return volume['file'], 0


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
    file, offset = backing(state, owner, volume)
    number = attach(file, offset, volume['blocks'] * 512, mode == 'ro')
    volume['running'][node] = number
    place_files(node, class_name, name, os.makedev(7, number))


def stop(state, class_name, name, node):
    owner = state.all['classes'][class_name]
    volume = owner['volumes'][name]
    flush(state, owner, volume)
    number = volume['running'].pop(node)
    place_files(node, class_name, name, STOPPED)
    device = os.open(loop_path(number), os.O_RDONLY)
    fcntl.ioctl(device, LOOP_CLR_FD)
    os.close(device)
    if not volume['running'] and 'file' in volume:
        os.unlink(volume.pop('file'))


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


def flush(state, owner, volume):
    """What was written to a volume lies on its disks afterwards. A mounted file system is not written out by this."""
    for number in volume['running'].values():
        device = os.open(loop_path(number), os.O_RDONLY)
        os.fsync(device)
        os.close(device)
    if 'file' in volume and volume['mode'] == 'rw':
        with open(volume['file'], 'rb') as file:
            write_copy(state, owner, copies(owner, volume['on'])[0], volume, file.read())


def copy(state, owner, source, targets):
    """Copies a volume to the disks of volumes of its size, the other disks of its own mirror among them."""
    flush(state, owner, source)
    first, *others = copies(owner, source['on'])
    data = read_copy(state, owner, first, source)
    places = [(place, source) for place in others]
    places += [(place, target) for target in targets for place in copies(owner, target['on'])]
    for place, target in places:
        write_copy(state, owner, place, target, data)
