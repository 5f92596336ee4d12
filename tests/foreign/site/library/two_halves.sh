#!/bin/sh
# WANT_JSON
echo "{}"
