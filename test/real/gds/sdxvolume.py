"""sdxvolume -F and -N (GDS guide 4.5, D.4)."""
from devices import copy, refuse_in_use, start, stop
from gds import NODE, Refused, info, needed, operation, options, run, tell_started, volume_of


def nodes_of(words, owner):
    """Where: this node, `allnodes`, or `node=NODE:NODE`. @return the nodes, and the other suboptions"""
    nodes, rest = [NODE], []
    for word in filter(None, words.split(',')):
        if word == 'allnodes':
            nodes = owner['scope']
        elif word.startswith('node='):
            nodes = word[5:].split(':')
            unknown = [node for node in nodes if node not in owner['scope']]
            if unknown:
                raise Refused(f'{unknown[0]}: is not in the scope of the class')
        else:
            rest.append(word)
    return nodes, rest


def stop_volumes(state, class_name, owner, names, nodes):
    volumes = {name: volume_of(owner, name) for name in names}
    for name, volume in volumes.items():
        if volume['state'] == 'COPY':
            raise Refused(f'{name}: synchronization copying is running')
        refuse_in_use(volume, name, nodes)
    for name, volume in volumes.items():
        copy(state, owner, volume, [])
        for node in nodes:
            if node in volume['running']:
                stop(state, class_name, name, node)
                info(f'{name}: stopped volume on node {node}')


def start_volumes(state, class_name, owner, names, nodes, mode):
    volumes = {name: volume_of(owner, name) for name in names}
    for name, volume in volumes.items():
        # A.2.25: the proxy can be started only while it is parted. F.1.3: an INVALID volume cannot be started.
        if volume['proxy'] == 'Join':
            raise Refused(f'{name}: is a joined proxy')
        if volume['state'] == 'INVALID':
            raise Refused(f'{name}: is INVALID')
    for name, volume in volumes.items():
        volume['mode'] = mode
        for node in nodes:
            if node not in volume['running']:
                start(state, class_name, name, node, mode)
                tell_started(owner, class_name, name, node)


def work(state, words):
    given = options(words, 'FNc:v:e:')
    asked = operation(given, 'FN')
    class_name = needed(given, 'c')
    owner = state.domain_class(class_name)
    # Without -v, every volume of the class.
    names = given['v'].split(',') if 'v' in given else list(owner['volumes'])
    nodes, rest = nodes_of(given.get('e', ''), owner)
    modes = [word[5:] for word in rest if asked == 'N' and word in ('mode=ro', 'mode=rw')]
    if len(modes) != len(rest):
        raise Refused(f'{given["e"]}: illegal argument of option -e')
    if asked == 'F':
        stop_volumes(state, class_name, owner, names, nodes)
    else:
        start_volumes(state, class_name, owner, names, nodes, modes[0] if modes else 'rw')
    state.save()


run(work)
