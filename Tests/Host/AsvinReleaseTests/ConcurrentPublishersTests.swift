import AsvinHost
import AsvinFixtures
import AsvinRelease
import AsvinVerifier
import Testing

@Suite("Publishers at the same time", .usesScratch)
struct ConcurrentPublishersTests {
  @Test
  func `Of many publishers each either publishes or fails with a clear error, and the index holds what was published`()
    async throws
  {
    let folder = try Scratch.with { scratch in scratch.folder }
    let scratch = Scratch(folder: folder)
    try scratch.write(Array(SigningFixture.defaultProject.utf8), to: ProjectFile.fileName)
    try scratch.write(SigningFixture.noise(500), to: "firmware.bin")
    let fixture = SigningFixture(scratch: scratch, environment: Environment(folder: folder))
    for number in 1...12 {
      try fixture.sign {
        $0.output = "\(number).asvin"
        $0.release.version = "1.0.\(number)"
      }
    }
    let published = await withTaskGroup(of: String?.self) { group in
      for number in 1...12 {
        group.addTask {
          var receipt: Receipt?
          let failed = failure { receipt = try fixture.publish("\(number).asvin") }
          let isClear =
            failed.map { $0.message.contains("another publisher") || $0.reason == .sequenceNotAboveFloor } ?? true
          #expect(isClear, "\(failed?.message ?? "")")
          return receipt?.release.bundle
        }
      }
      return await group.reduce(into: [String]()) { all, bundle in if let bundle { all.append(bundle) } }
    }
    #expect(!published.isEmpty)
    let index = try PublicationTests.index(fixture)
    #expect(published.allSatisfy { index.contains($0) })
    #expect(index.split(separator: "\"bundle\"").count - 1 == published.count)
    try scratch.remove()
  }
}
