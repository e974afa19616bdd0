#!/usr/bin/python3
"""A tape drive as two files, st0 and nst0: FUSE hands each read(2), write(2) and ioctl(2) of a program to this process.

Records keep their lengths, and mt(1) of the host works it. It behaves as a Linux drive in variable block mode was measured to:
see st(4) and <linux/mtio.h>. It is not the driver of the kernel, and its files are not character devices.

Usage: tape.py IMAGE FOLDER MEGABYTES. The image is in SIMH's .tap format; it is read in the beginning, and written
whenever the drive is closed. While a file IMAGE.hold exists, the drive takes no record after the number that it holds, and
says so with a file IMAGE.held. A file IMAGE.insert puts another cartridge into the drive when that is opened next: it holds
the name of an image beside IMAGE, and megabytes. While a file IMAGE.protected exists, the cartridge is write-protected. A file
IMAGE.pulled takes the cartridge out of the drive, whatever that is doing, before the next record is written.
"""
import ctypes
import errno
import os
import struct
import sys
import time

DRIVE, FOLDER, MEGABYTES = sys.argv[1:4]

# <linux/fuse.h>
FORGET, INIT, DESTROY, INTERRUPT, BATCH_FORGET = 2, 26, 38, 36, 42
LOOKUP, GETATTR, OPEN, READ, WRITE, RELEASE, IOCTL = 1, 3, 14, 15, 16, 18, 39
ATOMIC_O_TRUNC, BIG_WRITES, MAX_PAGES = 1 << 3, 1 << 5, 1 << 22
DIRECT_IO = 1
LONGEST = 1_048_576
# <linux/mtio.h>
MTIOCTOP, MTIOCGET = 0x40086D01, 0x80306D02
EOF_BIT, BOT_BIT, EOD_BIT, ONLINE_BIT, DR_OPEN, IM_REP_EN = 1 << 31, 1 << 30, 1 << 27, 1 << 24, 1 << 18, 1 << 16
WR_PROT = 1 << 26
DENSITY_OF_LTO_6 = 0x5A

FILES = {2: b'st0', 3: b'nst0'}
MARK = None


class Failed(Exception):
    pass


class Tape:
    """Records and marks, and the head, which is before one of them or behind the last."""

    def __init__(self, image, megabytes):
        self.image = image
        self.capacity = float(megabytes) * 1_000_000
        self.items = list(read_image(image))
        self.at = 0
        self.loaded = True
        self.at_end = False
        self.warned = False
        self.opener = None
        self.wrote = False

    def read(self, size):
        if self.at == len(self.items):
            self.at_end = True
            raise Failed(errno.EIO)
        item = self.items[self.at]
        # A record that does not fit is passed over all the same.
        self.at += 1
        if item is MARK:
            return b''
        if len(item) > size:
            raise Failed(errno.ENOMEM)
        return item

    def write(self, data):
        hold(self.at)
        self.be_pulled()
        if not self.loaded:
            raise Failed(errno.EIO)
        del self.items[self.at:]
        # Behind the early warning every other write is taken.
        full = sum(len(item) for item in self.items if item is not MARK) >= self.capacity
        self.warned = full and not self.warned
        if self.warned:
            raise Failed(errno.ENOSPC)
        self.items.append(data)
        self.at += 1
        self.wrote, self.at_end = True, False

    def be_pulled(self):
        """What was written stays on the cartridge, without a file mark."""
        if not os.path.exists(f'{DRIVE}.pulled'):
            return
        os.unlink(f'{DRIVE}.pulled')
        write_image(self.image, self.items)
        self.loaded, self.wrote = False, False

    def mark(self):
        del self.items[self.at:]
        self.items.append(MARK)
        self.at += 1

    def close(self, rewinds):
        if self.wrote:
            self.mark()
            write_image(self.image, self.items)
        if rewinds:
            self.at, self.at_end = 0, False
        self.opener, self.wrote, self.warned = None, False, False

    def operate(self, operation, count):
        name = {0: 'nop', 1: 'fsf', 2: 'bsf', 3: 'fsr', 4: 'bsr', 5: 'weof', 6: 'rewind', 7: 'offline', 8: 'nop',
                12: 'eod'}.get(operation)
        if name is None:
            raise Failed(errno.EINVAL)
        # The driver closes the file when it is to go back to another one; bsr stays within it, and goes without a mark (st.c, st_ioctl).
        if self.wrote and name in ('bsf', 'rewind', 'offline'):
            self.mark()
        if self.wrote and name != 'nop':
            write_image(self.image, self.items)
            self.wrote = False
        getattr(self, name)(count)

    def nop(self, _count):
        pass

    def weof(self, count):
        for _ in range(count):
            self.mark()
        self.wrote = False
        write_image(self.image, self.items)

    def rewind(self, _count):
        self.at, self.at_end = 0, False

    def offline(self, count):
        self.rewind(count)
        self.loaded = False

    def eod(self, _count):
        self.at, self.at_end = len(self.items), True

    def fsf(self, count):
        for _ in range(count):
            while self.step() is not MARK:
                pass

    def fsr(self, count):
        for _ in range(count):
            if self.step() is MARK:
                raise Failed(errno.EIO)

    def step(self):
        if self.at == len(self.items):
            self.at_end = True
            raise Failed(errno.EIO)
        self.at += 1
        return self.items[self.at - 1]

    def bsf(self, count):
        for _ in range(count):
            while self.step_back() is not MARK:
                pass

    def bsr(self, count):
        for _ in range(count):
            if self.step_back() is MARK:
                raise Failed(errno.EIO)

    def step_back(self):
        self.at_end = False
        if self.at == 0:
            raise Failed(errno.EIO)
        self.at -= 1
        return self.items[self.at]

    def status(self):
        """struct mtget."""
        if not self.loaded:
            return struct.pack('=5q2i', 0x72, 0, 0, DR_OPEN | IM_REP_EN, 0, -1, -1)
        before = self.items[:self.at]
        file = sum(1 for item in before if item is MARK)
        block = 0
        while block < len(before) and before[-1 - block] is not MARK:
            block += 1
        bits = ONLINE_BIT | IM_REP_EN | (WR_PROT if is_protected() else 0)
        if self.at_end:
            bits |= EOD_BIT
        elif self.at == 0:
            bits |= BOT_BIT
        elif before[-1] is MARK:
            bits |= EOF_BIT
        return struct.pack('=5q2i', 0x72, 0, DENSITY_OF_LTO_6 << 24, bits, 0, file, -1 if self.at_end else block)


def is_protected():
    return os.path.exists(f'{DRIVE}.protected')


def hold(record):
    while record >= limit():
        with open(f'{DRIVE}.held', 'w', encoding='ascii'):
            pass
        time.sleep(0.02)


def limit():
    try:
        with open(f'{DRIVE}.hold', encoding='ascii') as file:
            return int(file.read())
    except (FileNotFoundError, ValueError):
        # Not there, or not written yet.
        return float('inf')


def read_image(image):
    if not os.path.exists(image):
        return
    with open(image, 'rb') as file:
        while len(head := file.read(4)) == 4:
            [length] = struct.unpack('<I', head)
            if length == 0:
                yield MARK
                continue
            yield file.read(length)
            file.read(length % 2 + 4)


def write_image(image, items):
    with open(f'{image}.new', 'wb') as file:
        for item in items:
            length = struct.pack('<I', 0 if item is MARK else len(item))
            file.write(length if item is MARK else length + item + bytes(len(item) % 2) + length)
    os.rename(f'{image}.new', image)


def inserted(tape):
    """@return the tape that lies in the drive now"""
    try:
        with open(f'{DRIVE}.insert', encoding='ascii') as file:
            name, megabytes = file.read().split()
    except FileNotFoundError:
        return tape
    os.unlink(f'{DRIVE}.insert')
    return Tape(f'{os.path.dirname(DRIVE)}/{name}', megabytes)


def attributes(node):
    mode, links = (0o40755, 2) if node == 1 else (0o100660, 1)
    return struct.pack('=6Q10I', node, 0, 0, 0, 0, 0, 0, 0, 0, mode, links, 0, 0, 0, 4096, 0)


def answer(tape, opcode, node, body):
    """@return the answer's body"""
    if opcode == INIT:
        return struct.pack('=4I2H2I2H8I', 7, 31, 0, ATOMIC_O_TRUNC | BIG_WRITES | MAX_PAGES, 12, 10, LONGEST, 1,
                           LONGEST // 4096, 0, *[0] * 8)
    if opcode == LOOKUP:
        found = [key for key, name in FILES.items() if name == body.rstrip(b'\0')]
        if not found:
            raise Failed(errno.ENOENT)
        return struct.pack('=4Q2I', found[0], 0, 3600, 3600, 0, 0) + attributes(found[0])
    if opcode == GETATTR:
        return struct.pack('=Q2I', 3600, 0, 0) + attributes(node)
    if opcode == OPEN:
        if tape.opener is not None:
            raise Failed(errno.EBUSY)
        flags = struct.unpack_from('=I', body)[0]
        # st waits two minutes for a medium; mt status opens without waiting.
        if not tape.loaded and not flags & os.O_NONBLOCK:
            raise Failed(errno.ENOMEDIUM)
        if is_protected() and flags & os.O_ACCMODE != os.O_RDONLY:
            raise Failed(errno.EROFS)
        tape.opener = node
        return struct.pack('=Q2I', node, DIRECT_IO, 0)
    if opcode == READ:
        return tape.read(struct.unpack_from('=I', body, 16)[0])
    if opcode == WRITE:
        tape.write(body[40:])
        return struct.pack('=2I', len(body) - 40, 0)
    if opcode == RELEASE:
        tape.close(FILES[node] == b'st0')
        return b''
    if opcode == IOCTL:
        return control(tape, struct.unpack_from('=I', body, 12)[0], body[32:])
    raise Failed(errno.ENOSYS)


def control(tape, request, data):
    if request == MTIOCGET:
        return struct.pack('=i3I', 0, 0, 0, 0) + tape.status()
    if request != MTIOCTOP:
        raise Failed(errno.ENOTTY)
    tape.operate(*struct.unpack('=hxxi', data))
    return struct.pack('=i3I', 0, 0, 0, 0)


def serve(fuse, tape):
    while True:
        try:
            request = os.read(fuse, LONGEST + 65_536)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            raise
        _, opcode, unique, node = struct.unpack_from('=IIQQ', request)
        if opcode in (FORGET, BATCH_FORGET, INTERRUPT, DESTROY):
            continue
        if opcode == OPEN and tape.opener is None:
            tape = inserted(tape)
        try:
            body, status = answer(tape, opcode, node, request[40:]), 0
        except Failed as failure:
            body, status = b'', -failure.args[0]
        os.write(fuse, struct.pack('=IiQ', 16 + len(body), status, unique) + body)


def mount():
    fuse = os.open('/dev/fuse', os.O_RDWR)
    os.makedirs(FOLDER, exist_ok=True)
    options = f'fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other'.encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b'tape', FOLDER.encode(), b'fuse.tape', 0, options) != 0:
        sys.exit(f'tape.py: cannot mount {FOLDER}: {os.strerror(ctypes.get_errno())}')
    return fuse


device = mount()
if os.fork() == 0:
    serve(device, Tape(DRIVE, MEGABYTES))
