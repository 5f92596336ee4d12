//! What all modules that speak to a container engine take.

/// Declares a struct of arguments with those that say which engine to speak to, and `engine()`, which finds it.
macro_rules! with_engine {
    ($(#[$about:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$about])*
        pub struct $name {
            $($fields)*
            /// Where the engine listens: `unix:///var/run/docker.sock` (the default), `unix:///run/podman/podman.sock`,
            /// `tcp://192.0.2.23:2376`. Without it, the variable `DOCKER_HOST` counts.
            #[schemars(extend("aliases" = ["docker_url"]))]
            docker_host: Option<String>,
            /// The name in the engine's certificate. It has to be the host in `docker_host`.
            tls_hostname: Option<String>,
            /// The version of the interface; `auto` takes the engine's own.
            #[schemars(extend("aliases" = ["docker_api_version"]))]
            api_version: Option<String>,
            /// How many seconds to wait for an answer: 60, where the variable `DOCKER_TIMEOUT` says nothing else.
            timeout: Option<u64>,
            /// A file with the authority that the engine's certificate comes from.
            #[schemars(extend("aliases" = ["ca_cert", "tls_ca_cert", "cacert_path"]))]
            ca_path: Option<$crate::module::HostPath>,
            /// The file with our own certificate.
            #[schemars(extend("aliases" = ["tls_client_cert", "cert_path"]))]
            client_cert: Option<$crate::module::HostPath>,
            /// The file with the key of our own certificate.
            #[schemars(extend("aliases" = ["tls_client_key", "key_path"]))]
            client_key: Option<$crate::module::HostPath>,
            /// Speak TLS, without looking at the engine's certificate.
            tls: Option<bool>,
            /// Speak TLS, and only with the right engine.
            #[schemars(extend("aliases" = ["tls_verify"]))]
            validate_certs: Option<bool>,
            /// Without effect: no SSH is needed.
            #[serde(default, rename = "use_ssh_client")]
            _use_ssh_client: bool,
            /// Without effect: differences are always told.
            #[serde(default, rename = "debug")]
            _debug: bool,
        }

        impl $name {
            /// The engine, for reading.
            fn engine(
                &self,
                probe: &$crate::act::Probe,
            ) -> Result<$crate::module::docker::Engine, $crate::act::Failure> {
                let endpoint = $crate::module::docker::Endpoint {
                    docker_host: self.docker_host.as_deref(),
                    tls_hostname: self.tls_hostname.as_deref(),
                    api_version: self.api_version.as_deref(),
                    timeout: self.timeout,
                    ca_path: self.ca_path.as_ref(),
                    client_cert: self.client_cert.as_ref(),
                    client_key: self.client_key.as_ref(),
                    tls: self.tls,
                    validate_certs: self.validate_certs,
                };
                endpoint.engine(probe)
            }
        }
    };
}

pub(super) use with_engine;
