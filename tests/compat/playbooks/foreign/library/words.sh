#!/bin/sh
. "$1"
echo "{\"text\": \"$text\", \"flag\": \"$flag\", \"none\": \"$none\", \"list\": \"$list\", \"check\": \"$_ansible_check_mode\"}"
