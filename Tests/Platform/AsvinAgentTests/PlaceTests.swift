import AsvinAgent
import AsvinFixtures
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Glibc
import Testing

@testable import AsvinAgent

@Suite("Slots in named places", .usesScratch) struct PlaceTests {
  static let old = TestBundles.noise(60_000)
  static let new = old.prefix(30_000) + TestBundles.noise(9000, seed: 5) + old.dropFirst(30_000)

  /// Runs a body with a partitioned gateway and a boot loader.
  static func run(
    _ loader: BootLoader = BootLoader(), bytes: Int = 1 << 20, second: Int? = nil,
    _ body: @escaping @Sendable (Gateway, BootLoader) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      try await body(
        try await Gateway.partitioned(on: platform, loader, image: old, bytes: bytes, second: second), loader)
    }
  }

  @Test func `A device updates in its places by image and by patch, and the boot loader keeps each`() async throws {
    try await Self.run { gateway, loader in
      let first = try await gateway.release([UInt8](Self.new), "1.0.0")
      let installed = try await gateway.poll(loader)
      #expect(installed == .pending("1.0.0"))
      #expect(try gateway.place("b", Self.new.count) == [UInt8](Self.new))
      #expect(try gateway.place("a", Self.old.count) == Self.old)
      loader.restart()
      let updated = try await gateway.poll(loader)
      #expect(updated == .updated("1.0.0"), "\(gateway.lines.text)")
      let record = try await gateway.record(first.rollout)
      #expect(record.state == .confirmed)
      let next = Self.new + TestBundles.noise(700, seed: 9)
      _ = try await gateway.release([UInt8](next), "1.1.0", from: [first.path])
      _ = try await gateway.poll(loader)
      #expect(gateway.lines.text.contains { $0.contains("fetching a patch") }, "\(gateway.lines.text)")
      loader.restart()
      let patched = try await gateway.poll(loader)
      #expect(patched == .updated("1.1.0"))
      #expect(try gateway.place("a", next.count) == [UInt8](next))
      loader.restart()
      let idle = try await gateway.poll(loader)
      #expect(idle == .nothing)
      #expect(loader.running == "a" && loader.calls.last == "mark-good a 1.1.0")
    }
  }

  @Test func `A start of the agent alone neither tries nor abandons a pending release`() async throws {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      for _ in 0..<3 {
        let outcome = try await gateway.poll(loader)
        #expect(outcome == .pending("1.0.0"), "\(gateway.lines.text)")
      }
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .installed)
      loader.restart()
      let updated = try await gateway.poll(loader)
      #expect(updated == .updated("1.0.0"))
    }
  }

  @Test func `A release that does not work is left, also if the machine starts it again`() async throws {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      _ = try await gateway.poll(loader)
      loader.restart()
      let outcome = try await gateway.poll(loader, works: false)
      #expect(outcome == .reverted("1.0.0"))
      #expect(loader.calls.last == "activate a 0.9.0 return")
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed && record.reason == 80)
      // The boot loader ignores the request three times.
      for _ in 0..<3 {
        loader.start("b")
        let again = try await gateway.poll(loader)
        #expect(again == .pending("0.9.0"), "\(gateway.lines.text)")
      }
      loader.start("b")
      let failure = await #expect(throws: Failure.self) { try await gateway.poll(loader) }
      #expect(failure?.message.contains("whose release is not confirmed") == true, "\(gateway.lines.text)")
      loader.start("a")
      let back = try await gateway.poll(loader)
      #expect(back == .nothing)
    }
  }

  @Test(arguments: [BootLoader.Fault.bothRun, .neitherRuns, .isRunningFails])
  func `Nothing is installed while it is not known which bank runs`(_ fault: BootLoader.Fault) async throws {
    try await Self.run { gateway, loader in
      _ = try await gateway.release([UInt8](Self.new), "1.0.0")
      loader.fail(fault)
      let failure = await #expect(throws: Failure.self) { try await gateway.poll(loader) }
      #expect(failure?.message.contains("--is-running") == true)
      #expect(try gateway.place("b", 100) == [UInt8](repeating: 0xEE, count: 100))
      loader.fail(.none)
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .pending("1.0.0"))
      // Also a pending release is not tried then.
      loader.restart()
      loader.fail(fault)
      _ = await #expect(throws: Failure.self) { try await gateway.poll(loader) }
      loader.fail(.none)
      let updated = try await gateway.poll(loader)
      #expect(updated == .updated("1.0.0"))
    }
  }

  @Test func `An activation that fails is repeated, and one that did nothing is a failed update`() async throws {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      loader.fail(.activateFails)
      for _ in 0..<2 {
        let outcome = try await gateway.poll(loader)
        #expect(outcome == .waiting("1.0.0", "--activate failed: no space in the environment"))
      }
      // A loss of power before the activation is not a fault of the release.
      loader.restart()
      let still = try await gateway.poll(loader)
      guard case .waiting = still else { return #expect(still == .nothing, "\(gateway.lines.text)") }
      loader.fail(.activateLies)
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .pending("1.0.0"))
      loader.restart()
      let reverted = try await gateway.poll(loader)
      #expect(reverted == .reverted("1.0.0"), "\(gateway.lines.text)")
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed && record.reason == 80)
      #expect(loader.running == "a")
    }
  }

  @Test(arguments: [true, false])
  func `A release that the boot loader leaves is tried once, also without a boot id`(hasBootID: Bool) async throws {
    try await Self.run(BootLoader(hasBootID: hasBootID)) { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .pending("1.0.0"))
      // The kernel of bank b panics, and the boot loader starts bank a again.
      loader.restart()
      loader.restart()
      #expect(loader.running == "a")
      let reverted = try await gateway.poll(loader)
      #expect(reverted == .reverted("1.0.0"), "\(gateway.lines.text)")
      loader.restart()
      let after = try await gateway.poll(loader)
      #expect(after == .nothing && loader.running == "a")
      #expect(loader.calls.filter { $0 == "activate b 1.0.0" }.count == 1)
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed)
    }
  }

  @Test func `A release that the boot loader leaves is tried once, also if --restart restarts and fails`() async throws
  {
    try await Self.run(BootLoader(restartLies: true)) { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .waiting("1.0.0", "--restart failed: it ended with exit code 1"))
      #expect(loader.running == "b")
      // The kernel of bank b panics.
      loader.restart()
      let reverted = try await gateway.poll(loader)
      #expect(reverted == .reverted("1.0.0"), "\(gateway.lines.text)")
      #expect(loader.calls.filter { $0 == "activate b 1.0.0" }.count == 1)
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed)
    }
  }

  @Test(.enabled(if: Mounted.isAllowed, "SKIPPED: needs root to mount"))
  func `A release that fills the disk and fails its check is left`() async throws {
    try await PlatformUnderTest.run { platform in
      let folder = platform.scratch.path("gateway")
      try await Mounted.with(folder, kibibytes: 2000) {
        let loader = BootLoader()
        let gateway = try await Gateway.partitioned(on: platform, loader, image: Self.old)
        _ = try await gateway.release([UInt8](Self.new), "1.0.0")
        _ = try await gateway.poll(loader)
        loader.restart()
        var hooks = loader.hooks()
        hooks.check = { _ in
          do {
            _ = try await Shell.output(of: "head -c 10000000 /dev/zero >'\(folder)/filler' 2>&1; true")
            return .failed("the disk is full")
          } catch {
            return .failed("\(error)")
          }
        }
        let outcome = try await gateway.poll(port: nil, hooks: hooks)
        #expect(outcome == .reverted("1.0.0"), "\(gateway.lines.text)")
        #expect(loader.calls.last?.hasSuffix("return") == true, "\(loader.calls)")
        loader.restart()
        let after = try await gateway.poll(loader)
        #expect(after == .nothing && loader.running == "a", "\(gateway.lines.text)")
      }
    }
  }

  @Test func `A place that appears after the agent is waited for, and is not damaged`() async throws {
    try await Self.run { gateway, loader in
      _ = try await gateway.release([UInt8](Self.new), "1.0.0")
      _ = try await gateway.poll(loader)
      loader.restart()
      let (place, away) = (gateway.platform.scratch.path("rootfs_b"), gateway.platform.scratch.path("away"))
      _ = try await Shell.output(of: "mv '\(place)' '\(away)'")
      await #expect(throws: (any Error).self) { try await gateway.poll(loader) }
      _ = try await Shell.output(of: "mv '\(away)' '\(place)'")
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .updated("1.0.0"), "\(gateway.lines.text)")
    }
  }

  @Test func `The boot id of this system is read`() {
    #expect(DeviceHooks(check: { _ in .succeeded }).systemStart().utf8.count >= 32)
  }

  @Test func `A release that cannot be marked good is not confirmed, and a lie is noticed at the next start`()
    async throws
  {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      _ = try await gateway.poll(loader)
      loader.restart()
      loader.fail(.markGoodFails)
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .reverted("1.0.0"))
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed)
      loader.fail(.none)
      loader.restart()
      _ = try await gateway.poll(loader)
      _ = try await gateway.release([UInt8](Self.new) + [1], "1.1.0")
      _ = try await gateway.poll(loader)
      loader.restart()
      loader.fail(.markGoodLies)
      let updated = try await gateway.poll(loader)
      #expect(updated == .updated("1.1.0"), "\(gateway.lines.text)")
      loader.restart()
      loader.fail(.none)
      let fallen = try await gateway.poll(loader)
      #expect(fallen == .nothing)
      let running = try await gateway.with(hooks: loader.hooks()) { agent in
        _ = try await agent.start()
        return try await agent.running().version
      }
      #expect(running == "0.9.0" && loader.running == "a", "\(gateway.lines.text)")
      // The floor stays at 1.1.0, and a newer release is installed in the other bank.
      let status = try DeviceStatus(gateway.folder)
      #expect(status.floor == 1 << 24 + 1 << 12 && status.running.bank == "a")
      _ = try await gateway.release([UInt8](Self.new) + [2], "1.2.0")
      let next = try await gateway.poll(loader)
      #expect(next == .pending("1.2.0"), "\(gateway.lines.text)")
      #expect(try gateway.place("a", Self.old.count) == Self.old)
      loader.restart()
      let last = try await gateway.poll(loader)
      #expect(last == .updated("1.2.0"), "\(gateway.lines.text)")
    }
  }

  @Test func `A loss of power between mark-good and the confirmation still confirms`() async throws {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      _ = try await gateway.poll(loader)
      loader.restart()
      var hooks = loader.hooks()
      let (markGood, folder) = (hooks.markGood, gateway.folder.path)
      hooks.markGood = { release in
        let outcome = await markGood?(release) ?? .succeeded
        _ = try? await Shell.output(of: "cp -a '\(folder)' '\(folder).cut'")  // the comparison below fails without it
        return outcome
      }
      _ = try await gateway.poll(hooks: hooks)
      _ = try await Shell.output(
        of: "rm -r '\(folder)' && mv '\(folder).cut' '\(folder)' && rm '\(folder)/outbox.json'")
      #expect(try DeviceStatus(gateway.folder).phase == .trial)
      loader.restart()
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .updated("1.0.0"), "\(gateway.lines.text)")
      #expect(loader.running == "b")
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .confirmed)
    }
  }

  @Test func `An image that is longer than its place is refused before anything is fetched`() async throws {
    try await Self.run(second: 65_536) { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      let proxy = try Interceptor(to: gateway.platform.port)
      defer { proxy.end() }
      let outcome = try await gateway.poll(loader, port: proxy.port)
      #expect(outcome == .failed(70))
      #expect(proxy.count("/payloads/") == 0 && proxy.count("/next") > 0)
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed && record.reason == 70)
      #expect(try gateway.place("b", 65_536) == [UInt8](repeating: 0xEE, count: 65_536))
    }
  }

  @Test func `A place that is missing, or that another program uses, is not written to`() async throws {
    try await Self.run { gateway, loader in
      let release = try await gateway.release([UInt8](Self.new), "1.0.0")
      let path = gateway.platform.scratch.path("rootfs_b")
      do {
        let other = try RegionFile(place: path)
        let outcome = try await gateway.poll(loader)
        #expect(outcome == .failed(72), "\(gateway.lines.text)")
        #expect(other[0] == 0xEE && gateway.lines.text.contains { $0.contains("busy") }, "\(gateway.lines.text)")
      }
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .failed && record.reason == 72)
    }
    try await Self.run { gateway, loader in
      _ = try await gateway.release([UInt8](Self.new), "1.0.0")
      _ = try await Shell.output(of: "rm '\(gateway.platform.scratch.path("rootfs_b"))'")
      let outcome = try await gateway.poll(loader)
      #expect(outcome == .failed(72), "\(gateway.lines.text)")
      // A missing place is never created: in /dev it would be a file in memory.
      #expect(FileIdentity(gateway.platform.scratch.path("rootfs_b")) == nil)
    }
  }

  @Test func `The enrolment refuses places that cannot be right`() async throws {
    try await PlatformUnderTest.run { platform in
      let loader = BootLoader()
      let gateway = try await Gateway.partitioned(on: platform, loader, image: Self.old)
      let (a, b) = (platform.scratch.path("rootfs_a"), platform.scratch.path("rootfs_b"))
      _ = try await Shell.output(of: "ln -s '\(a)' '\(platform.scratch.path("link"))'")
      let link = platform.scratch.path("link")
      for (pairs, sizes, image, words) in [
        ([SlotPair(slot: 0, a: a, b: a)], [:], nil, "the same place"),
        ([SlotPair(slot: 0, a: a, b: link)], [:], nil, "the same place"),
        ([SlotPair(slot: 0, a: a, b: "\(b)x")], [:], nil, "does not exist"),
        ([SlotPair(slot: 0, a: a, b: b), SlotPair(slot: 0, a: a, b: b)], [:], nil, "two pairs"),
        ([SlotPair(slot: 0, a: a, b: b)], [0: 1 << 30], nil, "shorter"),
        ([SlotPair(slot: 0, a: a, b: b)], [1: 5], nil, "slot 1"),
        ([SlotPair(slot: 0, a: a, b: b)], [:], [UInt8](Self.new), "does not begin with"),
      ] as [([SlotPair], [UInt64: UInt64], [UInt8]?, String)] {
        let failure = await #expect(throws: Failure.self) {
          try await Gateway.enrol(
            on: platform, in: DeviceFolder(platform.scratch.path("other")), name: "other", image: image,
            places: EnrolledPlaces(pairs, sizes: sizes, hooks: loader.hooks()))
        }
        #expect(failure?.message.contains(words) == true, "\(String(describing: failure))")
      }
      // The same device keeps its places, and does not become one with slots in its folder.
      let failure = await #expect(throws: Failure.self) {
        try await Gateway.enrol(on: platform, in: gateway.folder, image: Self.old)
      }
      #expect(failure?.message.contains("named places") == true)
      try await Gateway.enrol(on: platform, in: gateway.folder, image: nil, places: gateway.places(loader))
      let status = try DeviceStatus(gateway.folder)
      #expect(status.running.version == "0.9.0" && status.running.isIntact)
    }
  }

  @Test func `The bank on the kernel's command line counts only if it is clear`() throws {
    #expect(try RunningBank.named(in: "quiet asvin.bank=b root=/dev/sda2\n") == .b)
    #expect(try RunningBank.named(in: "asvin.bank=a asvin.bank=a") == .a)
    #expect(try RunningBank.named(in: "quiet xasvin.bank=b asvin.banks=a") == nil)
    for text in ["asvin.bank=a asvin.bank=b", "asvin.bank=", "asvin.bank=c"] {
      #expect(throws: Failure.self) { try RunningBank.named(in: text) }
    }
  }

  @Test func `A read-back comes from the disk in pieces of any size`() throws {
    try Scratch.with { scratch in
      let bytes = TestBundles.noise(700_001)
      try scratch.write(bytes, to: "place")
      let file = try #require(try RegionFile(reading: scratch.path("place"), .disk))
      #expect(file.count == bytes.count)
      for offset in [0, 1, 4095, 32_767, 262_143, 262_144, 500_000, 700_000, 3] {
        #expect(file[offset] == bytes[offset])
      }
      var all: [UInt8] = []
      try file.forEachPiece(upTo: .max) { all += $0 }
      #expect(all == bytes)
      #expect(throws: FileError.self) { _ = try RegionFile(place: "/dev/null") }
    }
  }

  @Test(.enabled(if: LoopDevice.isAllowed, "SKIPPED: needs root and loop devices"))
  func `A block device is written to alone, and not while it is mounted`() async throws {
    try await Scratch.with { scratch in
      try scratch.write([UInt8](repeating: 0, count: 1 << 20), to: "disk")
      try await LoopDevice.with(scratch.path("disk")) { device in
        let link = scratch.path("link")
        _ = try await Shell.output(of: "ln -s \(device) '\(link)'")
        let bytes = TestBundles.noise(100_000)
        do {
          let file = try RegionFile(place: link)
          #expect(file.count == 1 << 20)
          file.write(4096, bytes.span)
          try file.flush()
          let second = #expect(throws: FileError.self) { _ = try RegionFile(place: device) }
          #expect(second?.isInUse == true)
        }
        #expect(FileIdentity(link) == FileIdentity(device))
        let file = try #require(try RegionFile(reading: link, .disk))
        #expect(try file.beginning(104_096).read(at: 4096, count: 200_000) == bytes)
        _ = try await Shell.output(
          of: "mkfs.ext4 -q '\(device)' && mkdir '\(scratch.path("mnt"))' && mount '\(device)' '\(scratch.path("mnt"))'"
        )
        let mounted = #expect(throws: FileError.self) { _ = try RegionFile(place: link) }
        _ = try await Shell.output(of: "umount '\(scratch.path("mnt"))'")
        #expect(mounted?.isInUse == true)
      }
    }
  }
}

/// A block device of a file.
enum LoopDevice {
  static let isAllowed =
    geteuid() == 0 && FileIdentity("/dev/loop-control") != nil && FileIdentity("/sbin/losetup") != nil
    && FileIdentity("/sbin/mkfs.ext4") != nil

  static func with(_ path: String, _ body: (String) async throws -> Void) async throws {
    let output = try await Shell.output(of: "losetup --find --show '\(path)'")
    let device = String(output.split(separator: "\n").first ?? "")
    do {
      try await body(device)
    } catch {
      _ = try await Shell.output(of: "losetup --detach \(device)")
      throw error
    }
    _ = try await Shell.output(of: "losetup --detach \(device)")
  }
}
