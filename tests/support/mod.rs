//! What several tests share.

pub mod openssl;
