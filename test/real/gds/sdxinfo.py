"""sdxinfo (GDS guide 4.5, D.6): the tables of the guide's samples.

The guide's excerpts leave open: the class table, what follows PROXY in the long volume table, the words Part and FREE, and the
stripe width in the long group table.
"""
from gds import (NODE, PRIVATE, Refused, free_extents, group_above, options, run, usable_blocks, volumes_on)

TITLES = {
    'C': 'OBJ NAME TYPE SCOPE SPARE',
    'D': 'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS DEVCONNECT STATUS',
    'D long': 'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS FREEBLKS DEVCONNECT STATUS E',
    'G': 'OBJ NAME CLASS DISKS BLKS FREEBLKS SPARE',
    'G long': 'OBJ NAME CLASS DISKS BLKS FREEBLKS SPARE MASTER TYPE WIDTH ACTDISK',
    'V': 'OBJ NAME CLASS GROUP SKIP JRM 1STBLK LASTBLK BLOCKS STATUS',
    'V long': 'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY SKIP JRM MODE 1STBLK LASTBLK BLOCKS STATUS PSLICE SNUM PJRM',
    'S': 'OBJ CLASS GROUP DISK VOLUME STATUS',
}


def top_of(owner, name):
    above = group_above(owner, name)
    return name if above is None else top_of(owner, above)


def place_of(owner, name):
    """The object on which a volume lies, for a volume; the object itself otherwise."""
    return owner['volumes'][name]['on'] if name in owner['volumes'] else name


def related(owner, name):
    """True for what belongs to the same highest group or single disk as the named object."""
    top = top_of(owner, place_of(owner, name))
    only = name if name in owner['volumes'] else None
    return lambda other: top_of(owner, place_of(owner, other)) == top and (
        only is None or other not in owner['volumes'] or other == only)


def status_on_node(volume):
    if volume['state'] == 'INVALID':
        return 'INVALID'
    return 'ACTIVE' if NODE in volume['running'] else 'STOP'


def disk_rows(state, name, owner, shown, long):
    for key in filter(shown, owner['disks']):
        disk = owner['disks'][key]
        device = state.all['devices'][disk['device']]
        free = '*' if disk['type'] != 'single' else sum(size for _, size in free_extents(state, owner, key))
        start = ['disk', key, disk['type'], name, group_above(owner, key) or '*', disk['device'], device['blocks']]
        end = [':'.join(owner['scope']), 'ENABLE']
        yield start + [free] + end + ['*'] if long else start + end


def group_rows(state, name, owner, shown, long):
    for key in filter(shown, owner['groups']):
        group = owner['groups'][key]
        is_top = group_above(owner, key) is None
        free = sum(size for _, size in free_extents(state, owner, key)) if is_top else '*'
        row = ['group', key, name, ':'.join(group['members']), usable_blocks(state, owner, key), free,
               0 if is_top else '*']
        yield row + ['*', group['type'], group['width'] or '*', '*'] if long else row


def volume_rows(state, name, owner, shown, long):
    tops = [key for key in owner['groups'] if group_above(owner, key) is None]
    singles = [key for key, disk in owner['disks'].items() if disk['type'] == 'single']
    for place in filter(shown, tops + singles):
        kind = 'single' if place in singles else owner['groups'][place]['type']
        spaces = [(0, PRIVATE, 'PRIVATE')] + [(*extent, 'FREE') for extent in free_extents(state, owner, place)]
        spaces += [(owner['volumes'][key]['first'], owner['volumes'][key]['blocks'], key)
                   for key in filter(shown, volumes_on(owner, place))]
        for first, blocks, what in sorted(spaces):
            volume = owner['volumes'].get(what)
            extent = [first, first + blocks - 1, blocks]
            key, status = (what, status_on_node(volume)) if volume else ('*', what)
            skip, jrm, mode = ('off', volume['jrm'], volume['mode']) if volume else ('*', '*', '*')
            group, disk = ('*', place) if kind == 'single' else (place, '*')
            if not long:
                yield ['volume', key, name, group, skip, jrm, *extent, status]
                continue
            pair = [volume['master'] or '*', volume['proxy'] or '*'] if volume else ['*', '*']
            rest = ['off', '*', volume['pjrm'] or '*'] if volume else ['*', '*', '*']
            yield ['volume', key, kind, name, group, disk, *pair, skip, jrm, mode, *extent, status, *rest]


def slice_rows(_state, name, owner, shown, _long):
    for key in filter(shown, owner['volumes']):
        volume = owner['volumes'][key]
        members = owner['groups'].get(volume['on'], {}).get('members', [volume['on']])
        group = volume['on'] if volume['on'] in owner['groups'] else '*'
        for member in members:
            status = volume['state'] if volume['state'] in ('COPY', 'INVALID') else (
                'ACTIVE' if volume['running'] and (NODE in volume['running'] or owner['shadow']) else 'STOP')
            yield ['slice', name, group, member, key, status]


def class_rows(_state, name, owner, _shown, _long):
    yield ['class', name, 'local' if owner['shadow'] else 'shared', ':'.join(owner['scope']), 0]


ROWS = {'C': class_rows, 'D': disk_rows, 'G': group_rows, 'V': volume_rows, 'S': slice_rows}


def table(state, letter, classes, wanted, long):
    titles = TITLES.get(f'{letter} long' if long else letter, TITLES[letter]).split()
    rows = []
    for name, owner in classes.items():
        if wanted is None or wanted == name:
            shown = lambda _key: True
        elif wanted in owner['volumes'] or wanted in owner['groups'] or wanted in owner['disks']:
            shown = related(owner, wanted)
        else:
            continue
        rows += [list(map(str, row)) for row in ROWS[letter](state, name, owner, shown, long)]
    widths = [max(6, *(len(row[at]) for row in [titles, *rows])) for at in range(len(titles))]
    lines = [titles, ['-' * width for width in widths], *rows]
    return rows, '\n'.join(' '.join(map(str.ljust, line, widths)).rstrip() for line in lines)


def work(state, words):
    given = options(words, 'ACDGSVc:o:e:')
    modes = [mode for mode in given.get('e', '').split(',') if mode]
    if any(mode not in ('long', 'label') for mode in modes):
        raise Refused(f'{given["e"]}: illegal argument of option -e')
    letters = [letter for letter in 'CDGVS' if letter in given]
    classes = {given['c']: state.owner(given['c'])} if 'c' in given else state.classes()
    wanted = given.get('o')
    known = [{key, *owner['disks'], *owner['groups'], *owner['volumes']} for key, owner in classes.items()]
    if wanted is not None and not any(wanted in names for names in known):
        raise Refused(f'{wanted}: no such object')
    tables = [table(state, letter, classes, wanted, 'long' in modes)
              for letter in (letters if letters and 'A' not in given else 'CDGVS')]
    filled = [text for rows, text in tables if rows]
    print('\n\n'.join(filled or [text for _, text in tables]))


run(work)
