#!/bin/sh
. "$1"
echo "{\"heard\": \"$greeting\", \"check\": \"$_ansible_check_mode\"}"
