import Glibc

/// Opens a temporary file without a name. The system removes it when the program ends for any reason.
func openSpool() throws(FileError) -> Int32 {
  let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  let nameless = unsafe open(folder, namelessFile | O_RDWR | O_CLOEXEC, 0o600)
  if nameless >= 0 { return nameless }
  // The file system does not support nameless files, so the name is removed at once.
  var name = Array("\(folder)/asvin-pack.XXXXXX".utf8CString)
  let descriptor = unsafe mkstemp(&name)
  guard descriptor >= 0 else { throw FileError(.create, folder) }
  unsafe unlink(name)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}

/// `O_TMPFILE`, a macro that Swift cannot import.
let namelessFile = 0o20000000 | O_DIRECTORY
