#!/bin/sh
# WANT_JSON: the first word is the path of a file of arguments.
touch /tmp/told
read -r arguments <"$1"
case $arguments in *'"greeting":"it'\''s \"me\""'*) heard=true ;; *) heard=false ;; esac
case $arguments in *"\"_ansible_tmpdir\":\"${1%/args}\""*) room=true ;; *) room=false ;; esac
echo "good morning"
cat <<END
{"changed": true, "heard": $heard, "room": $room, "user": "$(id -un)", "mode": "$(stat -c %a "$1")",
"place": "${1%/args}", "diff": {"before": "a\\n", "after": "b\\n"}, "ansible_facts": {"teller": "sh"}}
END
