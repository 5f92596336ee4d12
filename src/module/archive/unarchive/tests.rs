use {
    crate::{act::Scratch, module::trial::Trial},
    serde_json::{Value, json},
    std::{
        io::{Cursor, Write},
        os::unix::fs::{PermissionsExt, symlink},
        path::{Path, PathBuf},
    },
    tar::{Builder, EntryType, Header},
    zip::{ZipWriter, write::SimpleFileOptions},
};

fn header(kind: EntryType, mode: u32, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header.set_mtime(1_000_000_000);
    header.set_uid(u64::from(rustix::process::geteuid().as_raw()));
    header.set_gid(u64::from(rustix::process::getegid().as_raw()));
    header
}

/// A name as it is, even one that no honest program writes.
fn named(header: &mut Header, name: &str) {
    let field = &mut header.as_old_mut().name;
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
}

fn tar() -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    tar.append_data(&mut header(EntryType::Directory, 0o750, 0), "d/", &b""[..])
        .unwrap();
    tar.append_data(
        &mut header(EntryType::Regular, 0o640, 3),
        "d/a.txt",
        &b"abc"[..],
    )
    .unwrap();
    tar.append_link(&mut header(EntryType::Symlink, 0o777, 0), "d/link", "a.txt")
        .unwrap();
    tar.append_link(&mut header(EntryType::Link, 0o640, 0), "d/twin", "d/a.txt")
        .unwrap();
    tar.append_data(
        &mut header(EntryType::Regular, 0o755, 1),
        "e/x.log",
        &b"x"[..],
    )
    .unwrap();
    tar.into_inner().unwrap()
}

fn zip() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o750);
    zip.add_directory("d", options).unwrap();
    zip.start_file(
        "d/a.txt",
        SimpleFileOptions::default().unix_permissions(0o640),
    )
    .unwrap();
    zip.write_all(b"abc").unwrap();
    zip.add_symlink("d/link", "a.txt", SimpleFileOptions::default())
        .unwrap();
    zip.finish().unwrap().into_inner()
}

fn stored(scratch: &Scratch, bytes: &[u8]) -> (PathBuf, PathBuf) {
    let (src, dest) = (scratch.at("archive"), scratch.at("dest"));
    std::fs::write(&src, bytes).unwrap();
    std::fs::create_dir_all(&dest).unwrap();
    (src, dest)
}

fn arguments(src: &Path, dest: &Path) -> Value {
    json!({"src": src, "dest": dest, "remote_src": true})
}

#[test]
fn unpacks_tar_once() {
    let scratch = Scratch::new();
    let (src, dest) = stored(&scratch, &tar());
    let mut wanted = arguments(&src, &dest);
    wanted["list_files"] = true.into();
    let outcome = Trial::new().change("unarchive", wanted);
    assert_eq!(scratch.read("dest/d/link"), "abc");
    assert_eq!(scratch.read("dest/d/twin"), "abc");
    assert_eq!(outcome.data["handler"], "TarArchive");
    assert_eq!(
        outcome.data["files"],
        json!(["d/", "d/a.txt", "d/link", "d/twin", "e/x.log"])
    );
    let metadata = std::fs::metadata(scratch.at("dest/d/a.txt")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
    let modified = metadata
        .modified()
        .unwrap()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert_eq!(modified.as_secs(), 1_000_000_000);
}

#[test]
fn a_changed_file_is_unpacked_again_and_nothing_else() {
    let scratch = Scratch::new();
    let (src, dest) = stored(&scratch, &tar());
    let mut trial = Trial::new();
    trial.change("unarchive", arguments(&src, &dest));
    scratch.write("dest/e/x.log", "y");
    let outcome = trial.change("unarchive", arguments(&src, &dest));
    assert_eq!(scratch.read("dest/e/x.log"), "x");
    assert_eq!(outcome.diff.len(), 1);
    scratch.write("dest/e/x.log", "newer");
    let mut keep = arguments(&src, &dest);
    keep["keep_newer"] = true.into();
    trial.same("unarchive", keep);
}

#[test]
fn reads_all_packings() {
    let scratch = Scratch::new();
    let tar = tar();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&tar).unwrap();
    let mut xz =
        lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(&tar).unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zstd = ruzstd::encoding::compress_to_vec(&tar[..], level);
    for (handler, bytes) in [
        ("TgzArchive", gzip.finish().unwrap()),
        ("TarBzipArchive", bzip2.finish().unwrap()),
        ("TarXzArchive", xz.finish().unwrap()),
        ("TarZstdArchive", zstd),
        ("ZipArchive", zip()),
    ] {
        let (src, dest) = stored(&scratch, &bytes);
        let outcome = Trial::new().change("unarchive", arguments(&src, &dest));
        assert_eq!(outcome.data["handler"], handler);
        assert_eq!(scratch.read("dest/d/link"), "abc");
        std::fs::remove_dir_all(dest).unwrap();
    }
}

#[test]
fn takes_only_what_is_asked_for() {
    let scratch = Scratch::new();
    let (src, dest) = stored(&scratch, &tar());
    let mut wanted = arguments(&src, &dest);
    wanted["exclude"] = json!(["*.log", "d/link", "twin"]);
    Trial::new().change("unarchive", wanted.clone());
    assert!(scratch.at("dest/d/a.txt").exists());
    assert!(!scratch.at("dest/e/x.log").exists() && !scratch.at("dest/d/twin").exists());
    wanted["exclude"] = json!([]);
    wanted["include"] = json!(["e"]);
    wanted["mode"] = json!("0600");
    Trial::new().change("unarchive", wanted);
    let mode = std::fs::metadata(scratch.at("dest/e/x.log"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn nothing_leads_out_of_dest() {
    let scratch = Scratch::new();
    for name in ["../x", "/x", "d/../../x"] {
        let mut head = header(EntryType::Regular, 0o644, 1);
        named(&mut head, name);
        let mut tar = Builder::new(Vec::new());
        tar.append(&head, &b"x"[..]).unwrap();
        let (src, dest) = stored(&scratch, &tar.into_inner().unwrap());
        let outcome = Trial::new().apply("unarchive", arguments(&src, &dest));
        assert!(outcome.msg.unwrap().contains("leads out of dest"), "{name}");
    }
    let mut tar = Builder::new(Vec::new());
    tar.append_link(&mut header(EntryType::Symlink, 0o777, 0), "out", "..")
        .unwrap();
    tar.append_data(
        &mut header(EntryType::Regular, 0o644, 1),
        "out/x",
        &b"x"[..],
    )
    .unwrap();
    let (src, dest) = stored(&scratch, &tar.into_inner().unwrap());
    for _ in 0..2 {
        let outcome = Trial::new().apply("unarchive", arguments(&src, &dest));
        assert!(outcome.msg.unwrap().contains("through a link"));
    }
    let (src, dest) = stored(&scratch, &self::tar());
    symlink(scratch.path(), dest.join("e")).unwrap();
    let outcome = Trial::new().apply("unarchive", arguments(&src, &dest));
    assert!(outcome.msg.unwrap().contains("through a link"));
    assert!(!scratch.at("x").exists() && !scratch.at("x.log").exists());
}

#[test]
fn says_what_is_no_archive_or_damaged() {
    let scratch = Scratch::new();
    let mut trial = Trial::new();
    let whole = zip();
    for (bytes, why) in [
        (b"text".as_slice(), "no archive"),
        (b"", "0 bytes"),
        (&whole[..whole.len() - 30], "damaged"),
        (&tar()[..700], "damaged"),
    ] {
        let (src, dest) = stored(&scratch, bytes);
        let outcome = trial.apply("unarchive", arguments(&src, &dest));
        let msg = outcome.msg.unwrap();
        assert!(outcome.failed && msg.contains(why), "{msg}");
    }
    let outcome = trial.apply(
        "unarchive",
        arguments(&scratch.at("archive"), &scratch.at("no")),
    );
    assert!(outcome.failed);
    let mut skipped = arguments(&scratch.at("archive"), &scratch.at("dest"));
    skipped["creates"] = json!(scratch.at("dest"));
    assert!(trial.apply("unarchive", skipped).skipped);
}
