#!/bin/sh
# WANT_JSON
. /dev/null
case $(cat "$1") in *'"how": "rc"'*|*'"how":"rc"'*) echo '{"rc": 3, "changed": true}' ;;
*'"how": "failed"'*|*'"how":"failed"'*) echo '{"failed": true, "msg": "as it should"}' ;;
*'"how": "skipped"'*|*'"how":"skipped"'*) echo '{"skipped": true, "msg": "not today"}' ;;
*) echo '{"changed": false, "rc": "0"}'; exit 4 ;; esac
