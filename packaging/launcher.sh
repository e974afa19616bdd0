#!/bin/sh
# Starts the program with the Node next to it, wherever the folder is.
self=$0
if [ -h "$self" ]; then self=$(readlink -f -- "$self"); fi
case $self in
  */*) ;;
  *) self=./$self ;;
esac
home=${self%/*}/../lib/shadowtape
# Options of another Node do not count for this one.
unset NODE_OPTIONS NODE_PATH
exec "$home/node" "$home/out/main/shadowtape.js" "$@"
