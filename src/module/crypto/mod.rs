//! Keys, certificates and passwords in files.

mod asn1;
mod certificate;
mod curve;
mod decimal;
mod extension;
mod fingerprint;
mod general_name;
pub mod get_certificate;
pub mod htpasswd;
mod key;
mod moment;
mod name;
mod number;
pub mod openssh_keypair;
pub mod openssl_csr;
pub mod openssl_dhparam;
pub mod openssl_privatekey;
mod pem;
mod product;
mod request;
mod signature;
pub mod x509_certificate;
