//! What several tests share.

pub(crate) mod openssl;
pub(crate) mod processor;
