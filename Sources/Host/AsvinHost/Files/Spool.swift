import Glibc

/// Opens a temporary file that has no name, and so leaves nothing behind however the program ends.
func openSpool() throws(FileError) -> Int32 {
  let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  let nameless = unsafe open(folder, namelessFile | O_RDWR | O_CLOEXEC, 0o600)
  if nameless >= 0 { return nameless }
  // The file system makes no nameless files: the name goes at once.
  var name = Array("\(folder)/asvin-pack.XXXXXX".utf8CString)
  let descriptor = unsafe mkstemp(&name)
  guard descriptor >= 0 else { throw FileError(.create, folder) }
  unsafe unlink(name)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}

/// `O_TMPFILE`, a macro that Swift does not see.
let namelessFile = 0o20000000 | O_DIRECTORY
