//! The promises of the store: never overwritten, private, whole or not at all.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use certfix::Error;
use certfix::facts::Name;
use certfix::store::{
    BINDINGS, CERTIFICATE, KEY, KeyFolder, NewFile, REQUEST, Secrecy, Slot, Store, replace, write_new,
};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn files(contents: &[u8]) -> [NewFile<'_>; 2] {
    [
        NewFile { name: KEY, contents, secrecy: Secrecy::Secret },
        NewFile { name: REQUEST, contents, secrecy: Secrecy::Public },
    ]
}

fn install(store: &Store, key: &KeyFolder, slot: Slot, contents: &[u8]) {
    let lock = store.lock_whole("install", Store::WAIT).unwrap();
    key.install(&lock, slot, &[NewFile { name: CERTIFICATE, contents, secrecy: Secrecy::Public }]).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn listed(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn makes_private_folders_and_keys() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path().join("new/store"));
    let path = store.create(&name("remote.contoso.com"), &files(b"key")).unwrap();
    assert_eq!((mode(&path), mode(&path.join(KEY))), (0o700, 0o600));
    assert_eq!(store.key(&name("remote.contoso.com")).unwrap().unwrap().name(), "remote.contoso.com");
    assert_eq!(listed(store.root()), ["remote.contoso.com"]);
    assert!(store.path(&name("*.contoso.com")).ends_with("_wildcard.contoso.com"));
}

#[test]
fn never_overwrites() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let target = name("remote.contoso.com");
    let path = store.create(&target, &files(b"first")).unwrap();
    assert!(matches!(store.create(&target, &files(b"second")), Err(Error::Exists { .. })));
    assert_eq!(fs::read(path.join(KEY)).unwrap(), b"first");
    fs::create_dir(store.path(&name("empty.contoso.com"))).unwrap();
    assert!(matches!(store.create(&name("empty.contoso.com"), &files(b"x")), Err(Error::Exists { .. })));
    std::os::unix::fs::symlink("nowhere", store.path(&name("link.contoso.com"))).unwrap();
    assert!(matches!(store.create(&name("link.contoso.com"), &files(b"x")), Err(Error::Exists { .. })));
    let output = root.path().join("out.pem");
    write_new(&output, b"first", Secrecy::Secret).unwrap();
    assert!(matches!(write_new(&output, b"second", Secrecy::Secret), Err(Error::Exists { .. })));
    assert_eq!((fs::read(&output).unwrap(), mode(&output)), (b"first".to_vec(), 0o600));
    assert!(listed(root.path()).iter().all(|entry| !entry.starts_with('.')));
}

#[test]
fn lets_exactly_one_of_many_creators_win() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let target = name("remote.contoso.com");
    let barrier = Barrier::new(8);
    let wins = std::thread::scope(|scope| {
        let create = |contents: [u8; 1]| {
            barrier.wait();
            store.create(&target, &files(&contents)).is_ok()
        };
        let threads: Vec<_> = (0..8).map(|byte| scope.spawn(move || create([byte]))).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
    });
    assert_eq!(wins, 1);
    assert_eq!(listed(root.path()), ["remote.contoso.com"]);
    let path = store.path(&target);
    assert_eq!(fs::read(path.join(KEY)).unwrap(), fs::read(path.join(REQUEST)).unwrap());
}

#[test]
fn leaves_nothing_when_a_file_cannot_be_written() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let mut broken = files(b"key").to_vec();
    broken.push(NewFile { name: "no/such/folder", contents: b"x", secrecy: Secrecy::Public });
    assert!(matches!(store.create(&name("remote.contoso.com"), &broken), Err(Error::File { .. })));
    assert!(listed(root.path()).is_empty());
}

/// Run again by the test below under a limit on the size of files.
#[test]
fn leaves_nothing_when_the_disk_is_full() {
    const ROOT: &str = "CERTFIX_TEST_FULL_DISK";
    let contents = vec![b'x'; 64 << 10];
    if let Some(root) = std::env::var_os(ROOT) {
        let made = Store::open(root).create(&name("remote.contoso.com"), &files(&contents));
        assert!(matches!(made, Err(Error::File { .. })), "{made:?}");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    // SIGXFSZ is ignored, so that write answers EFBIG as it would answer ENOSPC.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact leaves_nothing_when_the_disk_is_full";
    let run = Command::new("sh").args(["-c", script]).arg(program).env(ROOT, root.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    assert!(listed(root.path()).is_empty());
}

#[test]
fn many_write_the_same_file_and_none_takes_away_what_another_writes() {
    const AT_ONCE: usize = 8;
    let root = tempfile::tempdir().unwrap();
    let (new, replaced) = (root.path().join("new"), root.path().join("replaced"));
    for round in 0..40 {
        // What an interrupted run left goes at once, however many are at work.
        fs::write(root.path().join(format!(".new.{round:016x}")), "half").unwrap();
        let start = Barrier::new(AT_ONCE);
        let work = || {
            start.wait();
            replace(&replaced, b"whole", Secrecy::Secret).unwrap();
            write_new(&new, b"whole", Secrecy::Public)
        };
        let made: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let there = made.iter().filter(|made| matches!(made, Err(Error::Exists { .. }))).count();
        assert_eq!((made.iter().filter(|made| made.is_ok()).count(), there), (1, AT_ONCE - 1), "{made:?}");
        assert_eq!(listed(root.path()).len(), 2, "{:?}", listed(root.path()));
        fs::remove_file(&new).unwrap();
    }
}

#[test]
fn takes_no_notice_of_what_a_crash_left() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let left = root.path().join(".remote.contoso.com.0123456789abcdef");
    fs::create_dir(&left).unwrap();
    fs::write(left.join(KEY), "half").unwrap();
    store.create(&name("remote.contoso.com"), &files(b"key")).unwrap();
    assert_eq!(store.keys().unwrap().len(), 1);
    assert!(left.exists());
}

#[test]
fn never_takes_back_a_generation_that_has_the_last_copy_of_a_key() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    store.create(&name("a.contoso.com"), &files(b"old")).unwrap();
    let key = store.key(&name("a.contoso.com")).unwrap().unwrap();
    install(&store, &key, Slot::Current, b"old");
    key.renew(&files(b"new")).unwrap();
    install(&store, &key, Slot::Renewal, b"new");
    assert_eq!((key.generation(), key.generations()), (Some(3), vec![1, 2, 3]));
    // Somebody goes back by hand.
    fs::remove_file(key.path.join("current")).unwrap();
    std::os::unix::fs::symlink("generations/0002", key.path.join("current")).unwrap();
    assert_eq!(store.recover(), [""; 0]);
    assert_eq!(fs::read(key.path.join("generations/0003").join(KEY)).unwrap(), b"new");
    // The next change goes on above it.
    install(&store, &key, Slot::Current, b"newer");
    assert_eq!((key.generation(), fs::read(key.path.join(KEY)).unwrap()), (Some(4), b"old".to_vec()));
}

#[test]
fn a_renewal_of_a_key_with_services_waits() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    store.create(&name("a.contoso.com"), &files(b"old")).unwrap();
    let key = store.key(&name("a.contoso.com")).unwrap().unwrap();
    install(&store, &key, Slot::Current, b"old");
    fs::write(key.path.join(BINDINGS), r#"{"version": 1, "bindings": [{"service": "files"}]}"#).unwrap();
    for (number, contents) in [(3, b"new"), (4, b"two")] {
        key.renew(&files(contents)).unwrap();
        install(&store, &key, Slot::Renewal, contents);
        assert_eq!((key.generation(), key.waiting()), (Some(2), Some(number)));
        assert_eq!(fs::read(key.path.join(KEY)).unwrap(), b"old", "services go on");
        assert_eq!(fs::read(key.slot(Slot::Next).join(KEY)).unwrap(), contents);
        assert_eq!(store.recover(), [""; 0]);
    }
    assert_eq!(key.generations(), [1, 2, 3, 4], "no key is lost");
    // Somebody lets it go, and the next one has its number and not more.
    fs::remove_file(key.path.join("next")).unwrap();
    assert_eq!((store.recover(), key.waiting()), (Vec::new(), None));
    install(&store, &key, Slot::Current, b"more");
    assert_eq!((key.generation(), key.waiting()), (Some(2), Some(5)));
}

#[test]
fn leaves_no_lock_behind() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    store.create(&name("a.contoso.com"), &files(b"key")).unwrap();
    fs::write(root.path().join(".certfix-lock"), "certfix commit, process 1\n").unwrap();
    store.recover();
    assert_eq!(listed(root.path()), ["a.contoso.com"], "nobody held it");
    // A link of somebody else's is not followed.
    std::os::unix::fs::symlink(store.path(&name("a.contoso.com")).join(KEY), root.path().join(".certfix-lock"))
        .unwrap();
    let key = store.key(&name("a.contoso.com")).unwrap().unwrap();
    assert!(matches!(store.remove(&key), Err(Error::File { action: "lock", .. })));
    assert_eq!(fs::read(key.path.join(KEY)).unwrap(), b"key");
}

#[test]
fn a_folder_that_is_being_filled_is_not_taken_for_one_that_was_left() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let (names, running) = ((0..200).map(|index| name(&format!("{index}.contoso.com"))), AtomicBool::new(true));
    let swept = std::thread::scope(|scope| {
        let sweeping = scope.spawn(|| {
            let mut swept = 0;
            while running.load(Ordering::Relaxed) {
                swept += store.recover().len();
            }
            swept
        });
        let made = names.map(|name| store.create(&name, &files(b"key"))).collect::<Result<Vec<_>, _>>();
        running.store(false, Ordering::Relaxed);
        let swept = sweeping.join().unwrap();
        for path in made.unwrap() {
            assert_eq!(fs::read(path.join(KEY)).unwrap(), b"key");
            assert_eq!(listed(&path).len(), files(b"key").len());
        }
        swept
    });
    println!("swept {swept} that had no file yet, or one that was not locked yet");
    assert_eq!(listed(root.path()).len(), 200);
}

#[test]
fn a_folder_that_nobody_fills_goes() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let hidden = root.path().join(".a.contoso.com.0123456789abcdef");
    fs::create_dir(&hidden).unwrap();
    assert_eq!(store.recover().len(), 1);
    fs::create_dir(&hidden).unwrap();
    fs::write(hidden.join(KEY), "half a key").unwrap();
    let held = fs::File::open(hidden.join(KEY)).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_eq!(store.recover(), [""; 0], "somebody is at work on it");
    drop(held);
    assert_eq!(store.recover().len(), 1);
    assert!(!hidden.exists());
}

#[test]
fn leaves_alone_what_is_not_its_own() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let path = store.create(&name("a.contoso.com"), &files(b"key")).unwrap();
    for foreign in [".git", ".backup.0123456789abcdef", "docs"] {
        fs::create_dir(root.path().join(foreign)).unwrap();
        fs::write(root.path().join(foreign).join("mine"), "mine").unwrap();
    }
    fs::write(path.join(".notes.0123456789abcdef"), "mine").unwrap();
    fs::create_dir(root.path().join(".a.contoso.com.0123456789abcdef")).unwrap();
    assert_eq!(store.recover(), ["deleted .a.contoso.com.0123456789abcdef, which an interrupted run left"]);
    assert_eq!((listed(root.path()).len(), listed(&path).len()), (4, 3));
}

/// A list that lets user 13 read, and nobody of the file's group (acl(5), linux/posix_acl_xattr.h).
#[cfg(target_os = "linux")]
fn list() -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries = [(1u16, 6u16, NOBODY), (2, 4, 13), (4, 0, NOBODY), (0x10, 4, NOBODY), (0x20, 0, NOBODY)];
    let octets =
        entries.map(|(tag, rights, id)| [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat());
    [2u32.to_le_bytes().to_vec(), octets.concat()].concat()
}

#[cfg(target_os = "linux")]
#[test]
fn who_is_named_in_a_list_can_read_the_next_key_and_nobody_else() {
    const ACL: &str = "system.posix_acl_access";
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    let target = name("mail.contoso.com");
    let path = store.create(&target, &files(b"first")).unwrap();
    rustix::fs::setxattr(path.join(KEY), ACL, &list(), rustix::fs::XattrFlags::empty()).unwrap();
    let key = store.key(&target).unwrap().unwrap();
    for contents in [b"second", b"third "] {
        key.renew(&files(contents)).unwrap();
        install(&store, &key, Slot::Renewal, b"answer");
        let current = path.join(KEY).canonicalize().unwrap();
        assert_eq!(fs::read(&current).unwrap(), contents);
        let mut found = [0; 100];
        let size = rustix::fs::getxattr(&current, ACL, &mut found).unwrap();
        assert_eq!((found[..size].to_vec(), mode(&current)), (list(), 0o640));
    }
}

/// Whoever owns the folder of one key plants links, in the place of folders and files, to those of another one.
#[test]
fn a_planted_link_leads_to_no_other_key() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path().join("store"));
    let [target, other] = [name("mail.contoso.com"), name("victim.contoso.com")];
    let victim = store.create(&other, &files(b"theirs")).unwrap();
    store.key(&other).unwrap().unwrap().renew(&files(b"theirs")).unwrap();
    install(&store, &store.key(&other).unwrap().unwrap(), Slot::Renewal, b"answer");
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o755)).unwrap();
    let state = || {
        let files = ["current/key.pem", "generations", "generations/0002", "generations/0002/request.csr"];
        let modes = files.map(|file| mode(&victim.join(file)));
        (modes, listed(&victim.join("generations")).len(), victim.join("current/key.pem").metadata().unwrap().nlink())
    };
    let before = state();
    for (place, to, is_installed) in [
        ("renewal", "../victim.contoso.com/generations/0002", false),
        ("renewal", "../victim.contoso.com/current", true),
        ("renewal/key.pem", "../../victim.contoso.com/current/key.pem", true),
        ("renewal/key.pem", "/etc/passwd", false),
        ("generations", "../victim.contoso.com/generations", false),
        ("generations", "../victim.contoso.com/generations", true),
        ("generations/0002", "../../victim.contoso.com/generations/0002", true),
    ] {
        let _ = fs::remove_dir_all(store.root().join("mail.contoso.com"));
        let path = store.create(&target, &files(b"first")).unwrap();
        let key = store.key(&target).unwrap().unwrap();
        if is_installed {
            key.renew(&files(b"second")).unwrap();
            install(&store, &key, Slot::Renewal, b"answer");
        }
        key.renew(&files(b"third ")).unwrap();
        let planted = path.join(place);
        if planted.is_dir() {
            fs::rename(&planted, root.path().join(place.replace('/', "-"))).unwrap();
        }
        let _ = fs::remove_file(&planted);
        std::os::unix::fs::symlink(to, &planted).unwrap();
        let lock = store.lock_whole("install", Store::WAIT).unwrap();
        let answer = [NewFile { name: CERTIFICATE, contents: b"answer", secrecy: Secrecy::Public }];
        // The last is not on the way.
        let slot = if place == "generations/0002" { Slot::Current } else { Slot::Renewal };
        assert!(key.install(&lock, slot, &answer).is_err(), "{place} {to}");
        drop(lock);
        store.recover();
        assert_eq!(state(), before, "{place} {to}");
        for kept in ["generations", "generations-0002", "renewal"] {
            let _ = fs::remove_dir_all(root.path().join(kept));
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_the_lock_is_not_waited_for() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path());
    drop(store.lock("install", Store::WAIT).unwrap());
    let lock = root.path().join(".certfix-lock");
    let _ = fs::remove_file(&lock);
    assert!(Command::new("mkfifo").arg(&lock).status().unwrap().success());
    assert!(store.lock("install", Store::WAIT).unwrap_err().to_string().contains("it is no file"));
}
