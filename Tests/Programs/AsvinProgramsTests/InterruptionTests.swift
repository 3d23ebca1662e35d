import AsvinFixtures
import Glibc
import Testing

@Suite("A program that is ended", .usesScratch)
struct InterruptionTests {
  /// Starts a patch that takes long, ends the program, and gives the names that are left.
  private func interrupt(_ signal: Int32, in scratch: Scratch, wrapper: [String] = []) throws -> [String] {
    var numbers = SeededGenerator(seed: 9)
    try scratch.write(numbers.bytes(900_000), to: "old")
    try scratch.write(numbers.bytes(900_000), to: "new")
    let run = try TerminalRun(
      ["delta", "old", "new", "-o", "patch", "--effort", "max", "--quiet"], in: scratch, wrapper: wrapper)
    usleep(700_000)
    // Ctrl-C, as a person types it, or a signal from elsewhere.
    if signal == SIGINT { run.type("\u{3}") } else { run.signal(signal) }
    #expect(try run.end() == 128 + signal)
    return try scratch.files()
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL])
  func `No file remains when a signal ends the program`(signal: Int32) throws {
    try Scratch.with { scratch in
      let left = try interrupt(signal, in: scratch)
      #expect(left == ["new", "old"])
    }
  }

  @Test(.enabled(if: ArgumentTests.canHideProc, "needs a mount namespace"), arguments: [SIGINT, SIGTERM, SIGHUP])
  func `Where a file has a name from the start, a signal removes it`(signal: Int32) throws {
    // Without /proc a file cannot get its name later.
    let wrapper = ["unshare", "-m", "sh", "-c", "umount -l /proc; exec \"$0\" \"$@\""]
    try Scratch.with { scratch in
      let left = try interrupt(signal, in: scratch, wrapper: wrapper)
      #expect(left == ["new", "old"])
    }
  }

}
