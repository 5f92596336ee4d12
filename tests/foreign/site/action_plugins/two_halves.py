"""Stands for a part that Ansible runs on the controller."""
