"""sdxproxy Part and Rejoin (GDS guide 4.5, D.14; 4.1, 6.6.3.7 steps 3-3 and 8-1)."""
import os
import sys
import time

from devices import copy, start
from gds import Refused, SHARED, State, info, needed, options, run, volume_of

# While this file exists, copies make no progress: a test sees them run for as long as it wants to.
HOLD = f'{SHARED}/copy.hold'


def proxy_of(owner, name):
    volume = volume_of(owner, name)
    if volume['proxy'] is None:
        raise Refused(f'{name}: is not a proxy')
    return volume


def part(state, given):
    class_name = needed(given, 'c')
    owner = state.domain_class(class_name)
    names = needed(given, 'p').split(',')
    if given.get('a', 'pjrm=on') not in ('pjrm=on', 'pjrm=off'):
        raise Refused(f'{given["a"]}: illegal attribute')
    proxies = {name: proxy_of(owner, name) for name in names}
    for name, proxy in proxies.items():
        if proxy['proxy'] != 'Join':
            raise Refused(f'{name}: is not joined')
        if proxy['state'] != 'STOP':
            raise Refused(f'{name}: data of its slices is not valid')
    for name, proxy in proxies.items():
        # Until now the proxy has received every write of the master.
        copy(state, owner, owner['volumes'][proxy['master']], [proxy])
        proxy.update(proxy='Part', pjrm=given.get('a', 'pjrm=on')[5:])
        # Step 3-5 stops the volume on all nodes: the part has started it there.
        for node in owner['scope']:
            start(state, class_name, name, node, proxy['mode'])
    state.save()


def rejoin(state, given):
    class_name = needed(given, 'c')
    owner = state.domain_class(class_name)
    names = needed(given, 'p').split(',')
    proxies = {name: proxy_of(owner, name) for name in names}
    for name, proxy in proxies.items():
        if proxy['proxy'] != 'Part':
            raise Refused(f'{name}: is not parted')
        # D.19 says so of Join; of Rejoin it is presumed, since steps 3-5 and 8-1 never meet a proxy that is started.
        if proxy['running']:
            raise Refused(f'{name}: is started')
    for proxy in proxies.values():
        proxy.update(proxy='Join', state='COPY', pjrm=None)
    state.save()
    if 'waitsync' in given.get('e', '').split(','):
        state.file.close()
        finish(class_name, names)
        for name in names:
            info(f'{name}: copying completed successfully')
    else:
        in_background(lambda: finish(class_name, names))


def finish(class_name, names):
    while os.path.exists(HOLD):
        time.sleep(0.02)
    state = State()
    owner = state.all['classes'][class_name]
    for name in names:
        proxy = owner['volumes'][name]
        if proxy['state'] == 'COPY':
            copy(state, owner, owner['volumes'][proxy['master']], [proxy])
            proxy['state'] = 'STOP'
    state.save()
    state.file.close()


def in_background(task):
    sys.stdout.flush()
    if os.fork() > 0:
        # Without this the child's copy of the descriptor would keep the lock.
        os._exit(0)
    os.setsid()
    # Its ends of the login's channels would keep the session open; and with every descriptor closed, the lock is free.
    os.closerange(0, 256)
    os.open('/dev/null', os.O_RDWR)
    os.dup(0)
    os.dup(0)
    task()
    os._exit(0)


def work(state, words):
    table = {'Part': (part, 'c:p:a:e:'), 'Rejoin': (rejoin, 'c:p:e:')}
    if not words or words[0] not in table:
        raise Refused(f'{words[0] if words else ""}: illegal operation')
    perform, letters = table[words[0]]
    given = options(words[1:], letters)
    allowed = ('waitsync',) if words[0] == 'Rejoin' else ()
    for suboption in filter(None, given.get('e', '').split(',')):
        if suboption not in allowed:
            raise Refused(f'{suboption}: is not part of the stand-in')
    perform(state, given)


run(work)
