"""What the GDS stand-ins share: the objects in a JSON file, the rules for reaching them, and how a command answers.

Written from the GDS guide's excerpts alone (Configuration and Administration Guide 4.1 and 4.5). The file lies in the folder
that all hosts share and is locked while a command runs, as sdxservd would serialise the commands of a domain.
"""
import fcntl
import os
import sys

SHARED = '/run/gds/shared'
# The first slice row of every group in the guide (F.1.3): blocks 0 to 65535 are PRIVATE.
PRIVATE = 65536
NODE = os.uname().nodename


class Refused(Exception):
    """The command does nothing. The guide does not tell the words of its errors, only their form (E.4)."""


class State:
    """The objects of all domains; written back by `save`, unlocked when the process ends."""

    def __init__(self):
        self.file = open(f'{SHARED}/state.json', 'r+', encoding='ascii')
        fcntl.flock(self.file, fcntl.LOCK_EX)
        # To import json would double the time of a command: but for these three words, JSON is a literal of Python.
        self.all = eval(self.file.read(), {'null': None, 'true': True, 'false': False})

    def save(self):
        import json
        self.file.seek(0)
        json.dump(self.all, self.file, indent=1)
        self.file.truncate()
        self.file.flush()

    def classes(self):
        """Only objects that the node shares are shown (D.6)."""
        return {name: owner for name, owner in self.all['classes'].items() if NODE in owner['scope']}

    def owner(self, name):
        if name not in self.classes():
            raise Refused(f'{name}: no such class')
        return self.classes()[name]

    def domain_class(self, name):
        if self.owner(name)['shadow']:
            raise Refused(f'{name}: is a shadow class')
        return self.owner(name)

    def shadow_class(self, name):
        if not self.owner(name)['shadow']:
            raise Refused(f'{name}: is not a shadow class')
        return self.owner(name)


def volume_of(owner, name):
    return object_of(owner['volumes'], name, 'volume')


def object_of(table, name, kind):
    if name not in table:
        raise Refused(f'{name}: no such {kind}')
    return table[name]


LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'


def check_name(name):
    """A.1.1 of the Linux guide 4.2."""
    if name[:1] not in LETTERS or name.strip(LETTERS + '-_') or not 0 < len(name) <= 32:
        raise Refused(f'{name}: illegal name')


def group_above(owner, name):
    """The group to which a disk or a lower group is connected; None where there is none."""
    return next((key for key, group in owner['groups'].items() if name in group['members']), None)


def disks_below(owner, name):
    """The disks of a group, or a single disk itself, in the order in which they were connected."""
    if name in owner['disks']:
        return [name]
    return [disk for member in owner['groups'][name]['members'] for disk in disks_below(owner, member)]


def usable_blocks(state, owner, name):
    """Blocks of a group with its private area: the smallest member of a mirror, the sum of the others."""
    if name in owner['disks']:
        return state.all['devices'][owner['disks'][name]['device']]['blocks']
    group = owner['groups'][name]
    sizes = [usable_blocks(state, owner, member) for member in group['members']]
    return min(sizes) if group['type'] == 'mirror' else sum(sizes) - PRIVATE * (len(sizes) - 1)


def volumes_on(owner, name):
    """The volumes of a group or a single disk, by their first blocks."""
    found = [(volume['first'], key) for key, volume in owner['volumes'].items() if volume['on'] == name]
    return [key for _, key in sorted(found)]


def free_extents(state, owner, name):
    """Pairs of first block and number of blocks."""
    at, extents = PRIVATE, []
    for key in volumes_on(owner, name):
        volume = owner['volumes'][key]
        if volume['first'] > at:
            extents.append((at, volume['first'] - at))
        at = volume['first'] + volume['blocks']
    end = usable_blocks(state, owner, name)
    return extents + ([(at, end - at)] if end > at else [])


def options(words, letters):
    """The options of a command, as getopt(3) takes them. One that its synopsis does not name is refused."""
    given, rest = {}, list(words)
    while rest:
        word = rest.pop(0)
        if len(word) < 2 or word[0] != '-':
            raise Refused(f'{word}: unexpected argument')
        at = 1
        while at < len(word):
            letter = word[at]
            at += 1
            if letter == ':' or letter not in letters:
                raise Refused(f'illegal option -{letter}')
            if f'{letter}:' not in letters:
                given[letter] = ''
                continue
            if at == len(word) and not rest:
                raise Refused(f'option -{letter} needs an argument')
            given[letter] = word[at:] or rest.pop(0)
            at = len(word)
    return given


def needed(given, letter):
    if not given.get(letter):
        raise Refused(f'option -{letter} is required')
    return given[letter]


def operation(given, letters):
    asked = [letter for letter in letters if letter in given]
    if len(asked) != 1:
        raise Refused(f'one of the options {", ".join("-" + letter for letter in letters)} is required')
    return asked[0]


COMMAND = os.path.basename(sys.argv[0])


def info(text):
    """The guide's form of a message: command, severity, text (E.4)."""
    print(f'SDX:{COMMAND}: INFO: {text}')


def tell_started(owner, class_name, name, node):
    """The message and the special files below it (4.1, E.4.3)."""
    info(f'{name}: started volume on node {node}')
    print(f'        /dev/sfdsk/{class_name}/rdsk/{name}\n        /dev/sfdsk/{class_name}/dsk/{name}')


def run(work):
    """Runs a command: errors go to stderr, and the exit status is 1."""
    try:
        work(State(), sys.argv[1:])
        sys.stdout.flush()
    except Refused as refusal:
        sys.stderr.write(f'SDX:{COMMAND}: ERROR: {refusal}\n')
        sys.exit(1)
