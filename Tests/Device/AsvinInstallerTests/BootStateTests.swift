import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto
import AsvinManifest
import Testing

/// The state of a device with two slots: it left the factory with slot 0, and updates go to slot 1.
@Suite("Boot confirmation")
struct BootStateTests {
  static let image = InstallTests.noise(700, seed: 31)
  static let (old, new) = (RunningImage(slot: 0), RunningImage(slot: 1))

  static func region(_ power: Power = Power()) -> SimulatedRegion {
    SimulatedRegion(power, blocks: 2, blockBytes: 512)
  }

  static func component(sequence: UInt64) throws -> InstalledComponent {
    let update = try Update(image: image, sequence: sequence)
    return try Board(running: image).install(update.plan(), update.stream)
  }

  static func state(_ region: SimulatedRegion, _ running: RunningImage = old, floor: UInt64 = 7) -> BootState<
    SimulatedRegion
  > {
    BootState(region, running: running, factory: FactoryState(floor: floor, sequence: 7))
  }

  /// A start.
  static func begin(_ region: SimulatedRegion, _ running: RunningImage = old) throws -> BootStart {
    var state = state(region, running)
    return try state.begin()
  }

  /// A region in which release 9 is pending in slot 1.
  static func pending() throws -> SimulatedRegion {
    let region = region()
    var state = state(region)
    try state.activate([try component(sequence: 9)].span, in: 1)
    #expect(state.phase == .pending && state.floor == 7)
    return region
  }

  @Test func `The floor rises when an update is confirmed, not before`() throws {
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    #expect(try state.begin() == .trial(1))
    #expect(state.floor == 7 && state.phase == .trial && state.candidate?.sequence == 9)
    #expect(try state.confirm())
    state = Self.state(region, Self.new)
    #expect(state.floor == 9 && state.sequence == 9 && state.phase == .confirmed && state.candidate == nil)
    #expect(try state.begin() == .confirmed(1))
  }

  @Test
  func
    `A pending update that is found while the old image runs has failed to start, and the old image cannot confirm it`()
    throws
  {
    let region = try Self.pending()
    var state = Self.state(region, Self.old)
    #expect(try !state.confirm())
    #expect(try state.begin() == .reverted(0))
    #expect(try !state.confirm())
    #expect(state.floor == 7 && state.sequence == 7 && state.phase == .confirmed)
  }

  @Test
  func `An update on trial that the bootloader went back from is reverted, and cannot be confirmed by the old image`()
    throws
  {
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    #expect(try state.begin() == .trial(1))
    state = Self.state(region, Self.old)
    #expect(try !state.confirm())
    #expect(try state.begin() == .reverted(0))
    state = Self.state(region, Self.old)
    #expect(try state.begin() == .confirmed(0))
    #expect(state.floor == 7)
  }

  @Test
  func
    `The image decides what runs where it is known, whatever the slot: a bootloader that swaps runs all from slot 0`()
    throws
  {
    let image = try Self.component(sequence: 9).digest
    let region = try Self.pending()
    var state = Self.state(region, RunningImage(slot: 1, image: Digest()))
    #expect(try !state.confirm())
    state = Self.state(region, RunningImage(slot: 0, image: image))
    #expect(try state.begin() == .trial(0))
    #expect(try state.confirm())
    state = Self.state(region, RunningImage(slot: 0, image: image))
    #expect(state.floor == 9)
    #expect(try state.begin() == .confirmed(0))
  }

  @Test
  func `Power lost between the bootloader's confirmation and the state's leaves no way to an older release`() throws {
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    // The bootloader keeps slot 1, and the next start runs it again.
    state = Self.state(region, Self.new)
    #expect(try state.begin() == .trial(1))
    let plan = try Update(image: Self.image, sequence: 8).plan()
    #expect(try !state.freeSlot(0, for: plan))
    #expect(try !state.freeSlot(1, for: plan))
    #expect(try state.confirm())
    #expect(InstallTests.reason { _ = try state.freeSlot(0, for: plan) } == .sequenceNotAboveFloor)
  }

  @Test(arguments: [new, .nothing])
  func `A second call in the same start does not revert`(running: RunningImage) throws {
    let region = try Self.pending()
    var state = Self.state(region, running)
    #expect(try state.begin() == .trial(1))
    #expect(try state.begin() == .trial(1))
    #expect(try Self.begin(region, running) == .trial(1))
  }

  @Test(arguments: [new, .nothing])
  func `A trial that is started three times without being confirmed is to be left`(running: RunningImage) throws {
    let region = try Self.pending()
    for _ in 0..<3 { #expect(try Self.begin(region, running) == .trial(1)) }
    #expect(try Self.begin(region, running) == .reverted(0))
    #expect(Self.state(region).floor == 7)
    #expect(try Self.begin(region, Self.old).slot == 0)
    #expect(Self.state(region).phase == .confirmed)
  }

  @Test
  func `After a revert, neither the slot that runs nor the one to go back to can be erased until the next start`()
    throws
  {
    let region = try Self.pending()
    let plan = try Update(image: Self.image, sequence: 10).plan()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    try state.revert()
    #expect(try !state.freeSlot(0, for: plan))
    #expect(try !state.freeSlot(1, for: plan))
    #expect(InstallTests.reason { try state.activate([Self.component(sequence: 10)].span, in: 0) } == .slotInUse)
    #expect(try Self.begin(region, Self.new) == .reverted(0))
    state = Self.state(region, Self.old)
    #expect(try state.begin() == .reverted(0))
    #expect(try !state.freeSlot(0, for: plan))
    #expect(try state.freeSlot(1, for: plan))
  }

  @Test
  func `After a confirmation, the slot that runs cannot be erased, even by one that takes slot 0 for what runs`() throws
  {
    let region = try Self.pending()
    let plan = try Update(image: Self.image, sequence: 10).plan()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    #expect(try state.confirm())
    #expect(try !state.freeSlot(1, for: plan))
    #expect(try state.freeSlot(0, for: plan))
    state = Self.state(region, Self.old)
    #expect(try !state.freeSlot(1, for: plan))
  }

  @Test func `Nothing on trial is nothing to confirm`() throws {
    var state = Self.state(Self.region())
    #expect(try !state.confirm())
    #expect(state.floor == 7)
  }

  @Test
  func `An update that the bootloader cannot start is dropped after three other starts, and the floor stays`() throws {
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    _ = try state.confirm()
    let plan = try Update(image: Self.image, sequence: 10).plan()
    for _ in 0..<2 {
      state = Self.state(region, Self.old)
      #expect(try state.begin() == .confirmed(1))
      #expect(try !state.freeSlot(1, for: plan))
    }
    state = Self.state(region, Self.old)
    #expect(try state.begin() == .confirmed(0))
    #expect(state.floor == 9 && state.sequence == 7)
    #expect(try state.freeSlot(1, for: plan))
  }

  @Test func `A release that is not above the floor by now is not activated`() throws {
    let (older, newer) = ([try Self.component(sequence: 8)], [try Self.component(sequence: 9)])
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    _ = try state.confirm()
    #expect(InstallTests.reason { try state.activate(older.span, in: 0) } == .sequenceNotAboveFloor)
    #expect(InstallTests.reason { try state.activate(newer.span, in: 0) } == .sequenceNotAboveFloor)
  }

  @Test func `The floor is the higher one of the record's and the factory's, in either order of writing`() throws {
    let region = try Self.pending()
    var state = Self.state(region, Self.new)
    _ = try state.begin()
    _ = try state.confirm()
    #expect(Self.state(region, Self.new, floor: 100).floor == 100)
    #expect(Self.state(region, Self.new, floor: 3).floor == 9)
    state = Self.state(region, Self.new, floor: 100)
    try state.raise(keySetVersion: 1)
    #expect(Self.state(region, Self.new, floor: 3).floor == 100)
  }

  @Test func `An image that runs already is confirmed as a later release of it`() throws {
    let region = Self.region()
    var state = Self.state(region)
    #expect(try state.adopt(Self.component(sequence: 9)))
    #expect(Self.state(region).floor == 9 && Self.state(region).sequence == 9)
    #expect(InstallTests.reason { _ = try state.adopt(Self.component(sequence: 9)) } == .sequenceNotAboveFloor)
    state = Self.state(try Self.pending())
    #expect(try !state.adopt(Self.component(sequence: 10)))
  }

  @Test func `A key-set version never sinks, and lasts`() throws {
    let region = Self.region()
    var state = Self.state(region)
    try state.raise(keySetVersion: 4)
    try state.raise(keySetVersion: 3)
    #expect(Self.state(region).keySetVersion == 4)
  }
}
