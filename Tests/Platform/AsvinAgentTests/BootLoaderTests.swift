import AsvinFixtures
import AsvinHost
import AsvinPlatformFixtures
import Glibc
import Testing

/// The hooks for boot loaders in `packaging/boot-loaders`, judged by the tools of the boot loaders.
@Suite("Examples for boot loaders", .usesScratch) struct BootLoaderTests {
  private static func has(_ tools: String...) -> Bool {
    tools.allSatisfy { tool in
      ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].contains { FileIdentity("\($0)/\(tool)") != nil }
    }
  }

  /// Runs a hook, and returns its exit code.
  private static func run(
    _ example: String, _ hook: String, _ bank: String, reason: String = "update", sequence: Int = 1,
    in scratch: Scratch
  ) async throws -> String {
    let text = try await Shell.output(
      of: """
        cd '\(scratch.folder)' && \
        GRUBENV=grubenv FW_ENV=fw_env.config ENTRIES=entries TEMPLATES=templates CMDLINE=cmdline \
        ASVIN_BANK=\(bank) ASVIN_REASON=\(reason) ASVIN_SEQUENCE=\(sequence) \
        '\(Shared.projectFolder)/packaging/boot-loaders/\(example)' \(hook) 2>errors >&2; echo $?
        """)
    return text.split(separator: "\n").joined()
  }

  /// Runs the hooks of a trial that is confirmed and of one that is not. Both store the permanent bank and the next one.
  private static func exercise(
    _ example: String, in scratch: Scratch, _ state: () async throws -> String
  ) async throws {
    try scratch.write(Array("quiet asvin.bank=a ro\n".utf8), to: "cmdline")
    for (hook, bank, reason, code, expected) in [
      ("is-running", "a", "update", "0", "a,"), ("is-running", "b", "update", "1", "a,"),
      ("activate", "b", "update", "0", "a,b"), ("activate", "b", "update", "0", "a,b"),
      ("mark-good", "b", "update", "0", "b,"), ("mark-good", "b", "update", "0", "b,"),
      ("activate", "a", "update", "0", "b,a"), ("activate", "b", "return", "0", "b,"),
      ("activate", "a", "return", "0", "a,"), ("", "a", "update", "64", "a,"), ("start", "a", "update", "64", "a,"),
    ] {
      let exit = try await run(example, hook, bank, reason: reason, in: scratch)
      #expect(exit == code, "\(hook) \(bank) \(reason)")
      let now = try await state()
      #expect(now == expected, "\(hook) \(bank) \(reason)")
    }
    // Without the kernel's command line, the hook fails, and does not answer that the bank does not run.
    _ = try await Shell.output(of: "rm '\(scratch.path("cmdline"))'")
    let unknown = try await run(example, "is-running", "a", in: scratch)
    #expect(unknown == "2")
  }

  @Test(.enabled(if: has("grub-editenv"), "SKIPPED: grub-common is not installed"))
  func `GRUB: the environment block has the permanent bank and the next one`() async throws {
    try await Scratch.with { scratch in
      let block = scratch.path("grubenv")
      _ = try await Shell.output(
        of: "grub-editenv '\(block)' create && grub-editenv '\(block)' set asvin_bank=a other=1")
      try await Self.exercise("grub", in: scratch) {
        let lines = try await Shell.output(of: "grub-editenv '\(block)' list").split(separator: "\n")
        #expect(lines.contains("other=1"))
        let value = { (name: String) in lines.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1) ?? "" }
        return "\(value("asvin_bank")),\(value("asvin_next"))"
      }
      // An environment block that is lost is an error, and not a success.
      _ = try await Shell.output(of: "rm '\(block)'")
      let lost = try await Self.run("grub", "activate", "b", in: scratch)
      #expect(lost != "0")
    }
  }

  /// A journal that is not carried out yet is what a loss of power leaves. `grub-fstest` reads the image with the code of
  /// GRUB, which does not know the journal.
  @Test(.enabled(if: canMount, "SKIPPED: needs root, loop devices, e2fsprogs and grub-common"))
  func `GRUB: each hook changes what GRUB itself reads from ext4 at that moment`() async throws {
    try await Scratch.with { scratch in
      let seen = try await Shell.output(
        of: """
          cd '\(scratch.folder)' && mkdir boot mounted && grub-editenv boot/grubenv create && \
          grub-editenv boot/grubenv set asvin_bank=a && mke2fs -q -t ext4 -d boot boot.img 8M >mke2fs.log 2>&1 && \
          unshare --mount sh -euc '
            mount -o loop,commit=300 boot.img mounted
            export GRUBENV=mounted/grubenv
            step() {
              ASVIN_REASON=$2 ASVIN_BANK=$3 "\(Shared.projectFolder)/packaging/boot-loaders/grub" $1
              cp boot.img copy.img
              grub-fstest copy.img cat "(loop0)/grubenv" | grep -ax "asvin_.*" | sort | tr "\\n" " "
              echo
            }
            step activate update b
            step mark-good update b
            step activate update a
            step activate return b
            step activate return a'
          """)
      #expect(
        seen.split(separator: "\n").map { $0.trimmingPrefix(" ") } == [
          "asvin_bank=a asvin_next=b ", "asvin_bank=b asvin_next= ", "asvin_bank=b asvin_next=a ",
          "asvin_bank=b asvin_next= ", "asvin_bank=a asvin_next= ",
        ])
    }
  }

  private static var canMount: Bool {
    has("grub-fstest", "mke2fs", "unshare") && FileIdentity("/dev/loop-control") != nil
      && geteuid() == 0
  }

  @Test(.enabled(if: has("fw_setenv"), "SKIPPED: libubootenv-tool is not installed"))
  func `U-Boot: the redundant environment has the permanent bank and the next one`() async throws {
    try await Scratch.with { scratch in
      _ = try await Shell.output(
        of: """
          cd '\(scratch.folder)' && head -c 32768 /dev/zero | tr '\\0' '\\377' >flash && \
          printf '%s 0x0 0x4000\\n%s 0x4000 0x4000\\n' "$PWD/flash" "$PWD/flash" >fw_env.config && \
          echo asvin_bank=a >defaults && fw_setenv -c fw_env.config -f defaults kernel_addr_r 0x1 2>&1
          """)
      try await Self.exercise("u-boot", in: scratch) {
        let lines = try await Shell.output(
          of: "cd '\(scratch.folder)' && fw_printenv -c fw_env.config 2>/dev/null"
        ).split(separator: "\n")
        #expect(lines.contains("kernel_addr_r=0x1"))
        let value = { (name: String) in lines.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1) ?? "" }
        return "\(value("asvin_bank")),\(value("asvin_next"))"
      }
      // An environment that names no bank is not written: the bank that runs would be lost.
      let configuration = "-c '\(scratch.path("fw_env.config"))'"
      _ = try await Shell.output(of: "cd '\(scratch.folder)' && fw_setenv \(configuration) asvin_bank 2>&1")
      let unnamed = try await Self.run("u-boot", "activate", "b", in: scratch)
      let left = try await Shell.output(of: "fw_printenv \(configuration) 2>/dev/null | grep -c asvin_ || true")
      #expect(unnamed == "66" && left.split(separator: "\n") == ["0"])
      _ = try await Shell.output(of: "rm '\(scratch.path("flash"))'")
      let lost = try await Self.run("u-boot", "activate", "b", in: scratch)
      #expect(lost != "0")
    }
  }

  @Test func `systemd-boot: an entry on trial has one start, and the confirmed one has no counter`() async throws {
    try await Scratch.with { scratch in
      _ = try await Shell.output(
        of: """
          cd '\(scratch.folder)' && mkdir entries templates && echo 'asvin.bank=a' >cmdline && for bank in a b; do \
          printf 'title Bank %s\\nsort-key asvin\\nlinux /asvin/%s/linux\\noptions ro asvin.bank=%s\\n' \
          $bank $bank $bank >templates/bank-$bank.conf; done && \
          { cat templates/bank-a.conf; echo 'version 1'; } >entries/asvin-a.conf && echo other >entries/windows.conf
          """)
      func entries() async throws -> String {
        try await Shell.output(of: "ls '\(scratch.path("entries"))'").split(separator: "\n").joined(separator: " ")
      }
      func expect(_ code: String, _ hook: String, _ bank: String, _ list: String, reason: String = "update")
        async throws
      {
        let exit = try await Self.run("systemd-boot", hook, bank, reason: reason, sequence: 7, in: scratch)
        let now = try await entries()
        #expect(exit == code && now == "\(list)windows.conf", "\(hook) \(bank) \(reason)")
      }
      try await expect("0", "activate", "b", "asvin-a.conf asvin-b+1.conf ")
      let entry = String(decoding: try scratch.read("entries/asvin-b+1.conf"), as: UTF8.self)
      #expect(entry.contains("linux /asvin/b/linux\n") && entry.hasSuffix("version 7\n"))
      // systemd-boot counts the start.
      _ = try await Shell.output(of: "cd '\(scratch.path("entries"))' && mv asvin-b+1.conf asvin-b+0-1.conf")
      try await expect("0", "mark-good", "a", "asvin-a.conf asvin-b+0-1.conf ")
      try await expect("0", "mark-good", "b", "asvin-a.conf asvin-b.conf ")
      try await expect("0", "activate", "a", "asvin-a+1.conf asvin-b.conf ")
      _ = try await Shell.output(of: "cd '\(scratch.path("entries"))' && mv asvin-a+1.conf asvin-a+0-1.conf")
      try await expect("0", "activate", "a", "asvin-a+1.conf asvin-b.conf ")
      try await expect("0", "activate", "b", "asvin-b.conf ", reason: "return")
      // A trial without another bank to return to is refused.
      try await expect("1", "activate", "b", "asvin-b.conf ")
      try await expect("0", "is-running", "a", "asvin-b.conf ")
      try await expect("1", "is-running", "b", "asvin-b.conf ")
      try await expect("64", "start", "b", "asvin-b.conf ")
    }
  }
}
