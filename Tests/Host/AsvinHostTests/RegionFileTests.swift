import AsvinFixtures
import AsvinHost
import Testing

@Suite("The beginning of a region", .usesScratch) struct RegionFileTests {
  @Test(arguments: [0, 1, 4095, 5000, 6000])
  func `It is read in any parts, and ends where the image or the region ends`(count: Int) throws {
    try Scratch.with { scratch in
      let all = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }
      let path = try scratch.write(all, to: "bank")
      let beginning = try RegionFile(path, count: all.count).beginning(count)
      let end = min(count, all.count)
      #expect(beginning.size == UInt64(end))
      for (offset, length) in [(0, 5000), (0, 1), (1, 4094), (4095, 2), (4999, 1), (5000, 1), (1 << 40, 1)] {
        let expected = Array(all[min(offset, end)..<min(offset + length, end)])
        #expect(try beginning.read(at: UInt64(offset), count: length) == expected, "\(offset), \(length)")
      }
      #expect(try beginning.read(at: .max, count: 1).isEmpty)
    }
  }
}
