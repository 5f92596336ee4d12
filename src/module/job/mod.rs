//! Steps that go on without a connection: how they are started (`async`), and what they came to (`async_status`).

pub mod async_status;
pub mod start;
