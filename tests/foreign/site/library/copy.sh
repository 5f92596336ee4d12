#!/bin/sh
# WANT_JSON
echo '{"changed": false, "shadow": "copy"}'
