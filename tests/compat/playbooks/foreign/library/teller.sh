#!/bin/sh
# WANT_JSON
echo "good morning"
read -r arguments <"$1"
case $arguments in *'"n": 1,'*|*'"n":1,'*) heard=true ;; *) heard=false ;; esac
case $arguments in *'["a", "b"]'*|*'["a","b"]'*) list=true ;; *) list=false ;; esac
cat <<END
{"changed": true, "heard": $heard, "list": $list, "stdout": "x\\ny", "warnings": ["beware"], "msg": "told",
"results": {"a": 1}, "_ansible_inner": 2, "diff": {"before": "a\\n", "after": "b\\n"},
"invocation": {"module_args": {}}, "ansible_facts": {"teller": {"name": "sh"}}, "rc": 0}
END
echo "good bye"
