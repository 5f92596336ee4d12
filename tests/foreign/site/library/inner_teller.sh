#!/bin/sh
read -r arguments <<'END'
<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>
END
case $arguments in *'"greeting":"hello"'*) heard=true ;; *) heard=false ;; esac
echo "{\"heard\": $heard, \"words\": $#}"
