import Glibc

/// Opens a temporary file that has no name, and so leaves nothing behind however the program ends.
func openSpool() throws(FileError) -> Int32 {
  let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  var name = Array("\(folder)/asvin-pack.XXXXXX".utf8CString)
  let descriptor = unsafe mkstemp(&name)
  guard descriptor >= 0 else { throw FileError(.create, folder) }
  unsafe unlink(name)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}
