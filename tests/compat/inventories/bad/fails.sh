#!/bin/sh
echo no such region >&2
exit 3
