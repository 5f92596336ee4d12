//! Playbooks, roles and task files as typed trees; every part keeps its place.

mod action;
mod block;
mod escape;
mod keyword;
mod play;
mod reader;
mod role;
mod strategy;
mod task;

pub use {
    action::{Action, nearest_keyword},
    block::{Block, Item, items},
    keyword::{Key, Keywords, On, Shape, boolean, boolean_text},
    play::{Entry, Import, Play, playbook},
    role::{RoleUse, role_uses},
    strategy::Strategy,
    task::{Loop, Task},
};
