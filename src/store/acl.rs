//! Access control lists (acl(5)) of files and folders, in the octets in which Linux keeps them: who is named there may do
//! more, or less, than the permission bits of the group say.

use std::fs::File;
use std::io;
use std::path::Path;

/// The list of an open file. None without one, and where the file system has none.
pub(crate) fn of(file: &File) -> io::Result<Option<Vec<u8>>> {
    system::read(|buffer| system::of_file(file, buffer))
}

/// The list of what a path leads to.
pub(super) fn at(path: &Path) -> io::Result<Option<Vec<u8>>> {
    system::read(|buffer| system::of_path(path, buffer))
}

/// Gives a file this list, as it is with these permission bits, or takes away the one that its folder gave it.
pub(crate) fn give(file: &File, list: Option<&[u8]>, mode: u32) -> io::Result<()> {
    system::give(file, list.map(|list| with_mode(list, mode)).as_deref())
}

/// The list as it is once the permission bits are `mode`: these are its entries for the owner and for others, and its mask, or that
/// for the group where there is none (linux/posix_acl_xattr.h).
pub(crate) fn with_mode(list: &[u8], mode: u32) -> Vec<u8> {
    const HEAD: usize = 4;
    const ENTRY: usize = 8;
    const OWNER: u8 = 0x01;
    const GROUP: u8 = 0x04;
    const MASK: u8 = 0x10;
    const OTHERS: u8 = 0x20;
    let mut list = list.to_vec();
    let head = HEAD.min(list.len());
    let entries = &mut list[head..];
    let has_mask = entries.chunks_exact(ENTRY).any(|entry| entry[0] == MASK);
    for entry in entries.chunks_exact_mut(ENTRY) {
        let bits = match entry[0] {
            OWNER => mode >> 6,
            MASK => mode >> 3,
            GROUP if !has_mask => mode >> 3,
            OTHERS => mode,
            _ => continue,
        };
        entry[2] = (bits & 7) as u8;
    }
    list
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr, getxattr};
    use rustix::io::Errno;

    const NAME: &str = "system.posix_acl_access";
    /// As many octets as Linux keeps (XATTR_SIZE_MAX).
    const LONGEST: usize = 64 << 10;

    pub(super) fn of_file(file: &File, buffer: &mut [u8]) -> Result<usize, Errno> {
        fgetxattr(file, NAME, buffer)
    }

    pub(super) fn of_path(path: &Path, buffer: &mut [u8]) -> Result<usize, Errno> {
        getxattr(path, NAME, buffer)
    }

    pub(super) fn read(get: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> io::Result<Option<Vec<u8>>> {
        // Few have one: its size is asked for first.
        match get(&mut []) {
            Err(Errno::NODATA | Errno::OPNOTSUPP) => return Ok(None),
            size => size?,
        };
        let mut list = vec![0; LONGEST];
        let size = get(&mut list)?;
        list.truncate(size);
        Ok(Some(list))
    }

    pub(super) fn give(file: &File, list: Option<&[u8]>) -> io::Result<()> {
        match list {
            Some(list) => Ok(fsetxattr(file, NAME, list, XattrFlags::empty())?),
            None => match fremovexattr(file, NAME) {
                Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(()),
                done => Ok(done?),
            },
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn of_file(_: &File, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }

    pub(super) fn of_path(_: &Path, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }

    pub(super) fn read(_: impl Fn(&mut [u8]) -> io::Result<usize>) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    pub(super) fn give(_: &File, _: Option<&[u8]>) -> io::Result<()> {
        Ok(())
    }
}

/// A list that lets a user read, and nobody of the file's group (acl(5), linux/posix_acl_xattr.h).
#[cfg(test)]
pub(crate) fn of_user(user: u32) -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entry =
        |tag: u16, rights: u16, id: u32| [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat();
    let entries = [(1, 6, NOBODY), (2, 4, user), (4, 0, NOBODY), (0x10, 4, NOBODY), (0x20, 0, NOBODY)];
    let version = 2u32.to_le_bytes().to_vec();
    std::iter::once(version).chain(entries.map(|(tag, rights, id)| entry(tag, rights, id))).flatten().collect()
}
