#!/bin/sh
# Says who it greets, and where it runs.
echo "hello $1"
pwd
