#!/bin/sh
# WANT_JSON: nobody runs this.
echo '{"failed": true, "msg": "this is no template"}'
