#!/bin/sh
# WANT_JSON
echo "no answer"
echo "a complaint" >&2
exit 7
