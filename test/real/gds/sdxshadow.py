"""sdxshadowdisk, sdxshadowgroup and sdxshadowvolume (GDS guide 4.5, D.15 to D.17; 4.1, 6.6.3.7 steps 5 to 7).

Types of disks and attributes of groups are not in the excerpts: those of sdxdisk are presumed.
"""
from devices import place_files, refuse_in_use, start, stop
from gds import (COMMAND, NODE, Refused, check_name, free_extents, group_above, info, needed, object_of, operation, options,
                 run, tell_started, volume_of, volumes_on)


def register(state, given):
    class_name = needed(given, 'c')
    check_name(class_name)
    is_new = class_name not in state.classes()
    owner = {'scope': [NODE], 'shadow': True, 'disks': {}, 'groups': {}, 'volumes': {}} if is_new else (
        state.shadow_class(class_name))
    registered = [disk['device'] for other in state.classes().values() for disk in other['disks'].values()]
    for entry in needed(given, 'd').split(','):
        device, _, rest = entry.partition('=')
        name, _, kind = rest.partition(':')
        check_name(name)
        if NODE not in state.all['devices'].get(device, {'seen': []})['seen']:
            raise Refused(f'{device}: no such device')
        # 2.2.2: only disks that no class of the same domain has.
        if device in registered:
            raise Refused(f'{device}: is registered already')
        if name in owner['disks'] or name in owner['groups']:
            raise Refused(f'{name}: exists already')
        if kind not in ('', 'undef', 'single'):
            raise Refused(f'{kind}: illegal type')
        owner['disks'][name] = {'device': device, 'type': kind or 'undef'}
        registered.append(device)
    state.all['classes'][class_name] = owner
    if is_new:
        info(f'{class_name}: created class')
    for entry in given['d'].split(','):
        info(f'{entry.partition("=")[2].partition(":")[0]}: created disk')


def attributes_of(text):
    known = dict(word.partition('=')[::2] for word in filter(None, text.split(',')))
    kind, width = known.pop('type', None), known.pop('width', None)
    if known or kind not in (None, 'mirror', 'stripe', 'concat') or not (width is None or width.isdigit()):
        raise Refused(f'{text}: illegal attribute')
    if width is not None and kind not in (None, 'stripe'):
        raise Refused(f'{text}: only a stripe group has a width')
    return kind, width and int(width)


def open_group(owner, name, text):
    """The group of that name, or a new one. @return the group, and whether it is new"""
    kind, width = attributes_of(text)
    if name in owner['groups']:
        group = owner['groups'][name]
        if kind not in (None, group['type']) or width not in (None, group['width']):
            raise Refused(f'{name}: has other attributes')
        return group, False
    check_name(name)
    if name in owner['disks']:
        raise Refused(f'{name}: exists already')
    kind = kind or 'mirror'
    return {'type': kind, 'width': (width or 32) if kind == 'stripe' else None, 'members': []}, True


def refuse_connected(owner, name):
    above = group_above(owner, name)
    if above is not None:
        raise Refused(f'{name}: is connected to group {above}')


def refuse_volumes(owner, name):
    if volumes_on(owner, name):
        raise Refused(f'{name}: has volumes')


def connect(state, given):
    owner = state.shadow_class(needed(given, 'c'))
    name, disks = needed(given, 'g'), needed(given, 'd').split(',')
    for disk in disks:
        kind = object_of(owner['disks'], disk, 'disk')['type']
        refuse_connected(owner, disk)
        if kind == 'single' and (len(disks) > 1 or name in owner['groups']):
            raise Refused(f'{disk}: a single disk is connected alone, to a new group')
    group, is_new = open_group(owner, name, given.get('a', ''))
    refuse_connected(owner, name)
    owner['groups'][name] = group
    if is_new:
        info(f'{name}: created group')
    for disk in disks:
        for volume in volumes_on(owner, disk):
            owner['volumes'][volume]['on'] = name
        group['members'].append(disk)
        owner['disks'][disk]['type'] = group['type']
        info(f'{disk}: connected disk to group {name}')


def remove_disk(state, given):
    class_name, name = needed(given, 'c'), needed(given, 'd')
    owner = state.shadow_class(class_name)
    object_of(owner['disks'], name, 'disk')
    refuse_connected(owner, name)
    refuse_volumes(owner, name)
    del owner['disks'][name]
    if not owner['disks']:
        del state.all['classes'][class_name]
        info(f'{class_name}: removed class')


def nest(state, given):
    """D.16: lower groups are stripes or concatenations without volumes, higher ones mirrors or stripes, never of one type."""
    owner = state.shadow_class(needed(given, 'c'))
    name, lowers = needed(given, 'h'), needed(given, 'l').split(',')
    group, is_new = open_group(owner, name, given.get('a', ''))
    if group['type'] == 'concat':
        raise Refused(f'{name}: a concatenation takes no groups')
    for lower in lowers:
        kind = object_of(owner['groups'], lower, 'group')['type']
        if kind == 'mirror' or kind == group['type']:
            raise Refused(f'{lower}: cannot be connected to a group of type {group["type"]}')
        refuse_connected(owner, lower)
        refuse_volumes(owner, lower)
    owner['groups'][name] = group
    group['members'] += lowers
    if is_new:
        info(f'{name}: created group')
    for lower in lowers:
        info(f'{lower}: connected group to another group {name}')


def remove_group(state, given):
    owner = state.shadow_class(needed(given, 'c'))
    name = needed(given, 'g')
    group = object_of(owner['groups'], name, 'group')
    refuse_volumes(owner, name)
    refuse_connected(owner, name)
    for member in group['members']:
        if member in owner['disks']:
            owner['disks'][member]['type'] = 'undef'
    del owner['groups'][name]
    info(f'{name}: removed group')


def create_volume(state, given):
    class_name, name = needed(given, 'c'), needed(given, 'v')
    owner = state.shadow_class(class_name)
    place = given.get('g') or needed(given, 'd')
    if 'g' in given:
        object_of(owner['groups'], place, 'group')
        refuse_connected(owner, place)
    elif object_of(owner['disks'], place, 'disk')['type'] != 'single':
        raise Refused(f'{place}: is no single disk')
    check_name(name)
    if name in owner['volumes']:
        raise Refused(f'{name}: exists already')
    size = needed(given, 's')
    if not size.isdigit() or int(size) == 0:
        raise Refused(f'{size}: illegal size')
    fitting = [first for first, blocks in free_extents(state, owner, place) if blocks >= int(size)]
    if not fitting:
        raise Refused(f'{name}: not enough free space on {place}')
    if any(owner['groups'].get(key, {}).get('type') == 'concat' for key in [place, *below(owner, place)]):
        raise Refused(f'{name}: concatenations are not part of the stand-in')
    owner['volumes'][name] = {'on': place, 'first': fitting[0], 'blocks': int(size), 'jrm': 'off', 'mode': 'ro',
                              'running': {}, 'master': None, 'proxy': None, 'pjrm': None, 'state': 'STOP'}
    info(f'{name}: created volume')
    # D.17: it is started at once, read-only.
    start(state, class_name, name, NODE, 'ro')
    tell_started(owner, class_name, name, NODE)


def below(owner, place):
    return owner['groups'][place]['members'] if place in owner['groups'] else []


def chosen(owner, given):
    names = given['v'].split(',') if 'v' in given else list(owner['volumes'])
    return {name: volume_of(owner, name) for name in names}


def stop_shadow(state, given):
    class_name = needed(given, 'c')
    volumes = chosen(state.shadow_class(class_name), given)
    for name, volume in volumes.items():
        refuse_in_use(volume, name, [NODE])
    for name, volume in volumes.items():
        if NODE in volume['running']:
            stop(state, class_name, name, NODE)
            info(f'{name}: stopped volume on node {NODE}')


def start_shadow(state, given):
    class_name = needed(given, 'c')
    owner = state.shadow_class(class_name)
    mode = given.get('e')
    if mode not in (None, 'mode=ro', 'mode=rw'):
        raise Refused(f'{mode}: illegal argument of option -e')
    volumes = chosen(owner, given)
    for name, volume in volumes.items():
        # Steps 6b-1 to 6e-1 stop the volume before they start it in another mode.
        if NODE in volume['running'] and mode is not None and mode[5:] != volume['mode']:
            raise Refused(f'{name}: is started in mode {volume["mode"]}')
    for name, volume in volumes.items():
        if NODE not in volume['running']:
            volume['mode'] = mode[5:] if mode else volume['mode']
            start(state, class_name, name, NODE, volume['mode'])
            tell_started(owner, class_name, name, NODE)


def remove_volume(state, given):
    class_name, name = needed(given, 'c'), needed(given, 'v')
    owner = state.shadow_class(class_name)
    if volume_of(owner, name)['running']:
        raise Refused(f'{name}: is active')
    del owner['volumes'][name]
    # A.2.36: the removal deletes the special files.
    place_files(NODE, class_name, name, None)
    info(f'{name}: removed volume')


# What each synopsis names (D.15 to D.17): operations, then the other options. Disconnecting (-D) is left out.
COMMANDS = {
    'sdxshadowdisk': ({'M': register, 'C': connect, 'R': remove_disk}, 'c:g:d:a:'),
    'sdxshadowgroup': ({'C': nest, 'R': remove_group}, 'c:h:l:g:a:'),
    'sdxshadowvolume': ({'M': create_volume, 'F': stop_shadow, 'N': start_shadow, 'R': remove_volume}, 'c:g:d:v:s:e:'),
}


def work(state, words):
    operations, letters = COMMANDS[COMMAND]
    given = options(words, ''.join(operations) + letters)
    operations[operation(given, ''.join(operations))](state, given)
    state.save()


run(work)
