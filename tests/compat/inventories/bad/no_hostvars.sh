#!/bin/sh
echo "{\"_meta\": {}}"
