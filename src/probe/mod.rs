//! Looks at live servers: asks them for their certificates and writes down what they do.

pub mod tls;
