use {
    crate::{
        act::{Digest, Failure, Probe},
        module::HostPath,
        wire::Content,
    },
    base64::{Engine, prelude::BASE64_STANDARD},
    serde_json::{Map, Value},
    std::collections::BTreeMap,
};

/// The longest line of base64 text in mail, from where forms have it.
const LINE: usize = 76;

/// A form with several parts, some of them files.
#[derive(Debug)]
pub struct Form {
    boundary: String,
    bytes: Vec<u8>,
}

impl Form {
    /// Takes a map of fields: text, or maps with `content` or `filename`, `mime_type` and `multipart_encoding`. `files`
    /// are the contents of files from the controller; others are on the host.
    pub fn of(
        body: &Value,
        files: &BTreeMap<String, Content>,
        probe: &Probe,
    ) -> Result<Self, Failure> {
        let Value::Object(fields) = body else {
            return Err(wrong("it must be a map of fields"));
        };
        // Something that no content can hold by chance.
        let seed = format!(
            "{body}{}{:?}",
            std::process::id(),
            std::time::SystemTime::now()
        );
        let boundary = format!("=={}==", &Digest::Sha256.of(seed.as_bytes())[..32]);
        let mut bytes = Vec::new();
        let sorted: BTreeMap<_, _> = fields.iter().collect();
        for (name, value) in sorted {
            bytes.extend(format!("--{boundary}\r\n").into_bytes());
            match value {
                Value::String(text) => part(&mut bytes, name, None, "text/plain", text.as_bytes()),
                Value::Object(field) => {
                    file(&mut bytes, name, field, files.get(name), probe)?;
                }
                _ => return Err(wrong(&format!("{name} must be a string or a map"))),
            }
        }
        bytes.extend(format!("--{boundary}--\r\n").into_bytes());
        Ok(Self { boundary, bytes })
    }

    /// The `Content-Type`.
    pub fn kind(&self) -> String {
        format!("multipart/form-data; boundary=\"{}\"", self.boundary)
    }

    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn wrong(why: &str) -> Failure {
    Failure::refused(format!("failed to parse body as form-multipart: {why}"))
}

fn file(
    bytes: &mut Vec<u8>,
    name: &str,
    field: &Map<String, Value>,
    held: Option<&Content>,
    probe: &Probe,
) -> Result<(), Failure> {
    let text = |key: &str| {
        field
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let filename = text("filename");
    let base = filename.map(|path| path.rsplit('/').next().unwrap_or(path));
    let kind = text("mime_type").unwrap_or_else(|| guess(base.unwrap_or_default()));
    let content = match (text("content"), filename, held) {
        (Some(content), ..) => {
            part(bytes, name, base, kind, content.as_bytes());
            return Ok(());
        }
        (None, Some(_), Some(held)) => probe.content(held)?.bytes()?,
        (None, Some(path), None) => probe.read(&HostPath::new(path).on(probe)?)?,
        (None, None, _) => {
            return Err(wrong(
                "at least one of filename or content must be provided",
            ));
        }
    };
    match text("multipart_encoding") {
        None | Some("base64") => {
            let encoded = BASE64_STANDARD.encode(content);
            let lines: Vec<&[u8]> = encoded.as_bytes().chunks(LINE).collect();
            let kind = format!("{kind}\r\nContent-Transfer-Encoding: base64");
            part(bytes, name, base, &kind, &lines.join(b"\r\n".as_slice()));
        }
        Some("7or8bit") => part(bytes, name, base, kind, &content),
        Some(other) => {
            return Err(wrong(&format!(
                "multipart_encoding {other} is neither base64 nor 7or8bit"
            )));
        }
    }
    Ok(())
}

fn part(bytes: &mut Vec<u8>, name: &str, filename: Option<&str>, kind: &str, content: &[u8]) {
    let plain = |text: &str| text.replace(['\r', '\n'], " ").replace('"', "\\\"");
    let filename = filename.map_or_else(String::new, |name| {
        format!("; filename=\"{}\"", plain(name))
    });
    let head = format!(
        "Content-Type: {kind}\r\nContent-Disposition: form-data; name=\"{}\"{filename}\r\n\r\n",
        plain(name)
    );
    bytes.extend(head.into_bytes());
    bytes.extend(content);
    bytes.extend(b"\r\n");
}

fn guess(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv",
        "html" => "text/html",
        "jpg" | "jpeg" => "image/jpeg",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "txt" => "text/plain",
        "xml" => "text/xml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Scratch, Watch},
        serde_json::json,
    };

    #[test]
    fn writes_text_and_files() {
        let scratch = Scratch::new();
        let path = scratch.write("f.bin", &"x".repeat(100));
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let body = json!({
            "b": {"filename": path}, "a": "text", "c": {"content": "{}", "filename": "d.json"},
        });
        let form = Form::of(&body, &BTreeMap::new(), &probe).unwrap();
        let boundary = form.boundary.clone();
        let text = String::from_utf8(form.bytes()).unwrap();
        let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
        assert_eq!(parts.len(), 5, "{text}");
        assert!(
            parts[1].ends_with("form-data; name=\"a\"\r\n\r\ntext\r\n"),
            "{text}"
        );
        assert!(parts[2].contains("base64") && parts[2].contains("filename=\"f.bin\""));
        assert!(parts[2].lines().all(|line| line.len() <= LINE));
        assert!(parts[3].contains("application/json") && parts[3].ends_with("{}\r\n"));
        let wrong = json!({"a": {"mime_type": "x/y"}});
        assert!(Form::of(&wrong, &BTreeMap::new(), &probe).is_err());
    }
}
