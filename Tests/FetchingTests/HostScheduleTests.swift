import Testing

@testable import Fetching

@Suite struct HostScheduleTests {
  private func schedule(
    _ urls: [String], perHost: Int = 1, hostDelay: Double = 0
  ) -> HostSchedule {
    var schedule = HostSchedule(perHost: perHost, hostDelay: hostDelay)
    for (ticket, url) in urls.enumerated() {
      schedule.add(HostSchedule.Job(ticket: ticket, url: url))
    }
    return schedule
  }

  /// The tickets that may be asked for now.
  private func ready(_ schedule: inout HostSchedule, at now: Double = 0) -> [Int] {
    var tickets: [Int] = []
    while let job = schedule.next(at: now) { tickets.append(job.ticket) }
    return tickets
  }

  @Test func hostsTakeTurnsAndKeepTheirLimit() {
    var schedule = schedule(
      ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://b/2"], perHost: 2)
    #expect(ready(&schedule) == [0, 3, 1, 4])
    #expect(schedule.waiting == 1)
    schedule.finish("http://b/1", at: 0)
    #expect(ready(&schedule) == [])
    schedule.finish("http://a/1", at: 0)
    #expect(ready(&schedule) == [2])
    #expect(schedule.waiting == 0)
  }

  @Test func aHostIsAskedOnlyAfterItsDelay() {
    var schedule = schedule(["http://a/1", "http://a/2", "http://b/1"], perHost: 9, hostDelay: 5)
    #expect(ready(&schedule, at: 10) == [0, 2])
    #expect(schedule.nextTime == 15)
    #expect(ready(&schedule, at: 14.9) == [])
    #expect(ready(&schedule, at: 15) == [1])
  }

  @Test func aPausedHostWaitsAndOthersDoNot() {
    var schedule = schedule(["http://a/1", "http://b/1"])
    schedule.pause(hostOf: "http://A/x", until: 30)
    #expect(ready(&schedule, at: 1) == [1])
    #expect(ready(&schedule, at: 30) == [0])
  }

  @Test func anotherTryComesAtItsTimeInOrder() {
    var schedule = schedule([])
    schedule.add(HostSchedule.Job(ticket: 1, url: "http://a/1"), at: 3)
    schedule.add(HostSchedule.Job(ticket: 2, url: "http://b/2"), at: 2)
    schedule.add(HostSchedule.Job(ticket: 3, url: "http://c/3"), at: 3)
    #expect(schedule.waiting == 3)
    #expect(ready(&schedule, at: 1) == [])
    #expect(schedule.nextTime == 2)
    #expect(ready(&schedule, at: 3) == [2, 1, 3])
    #expect(schedule.nextTime == nil)
  }

  @Test func everyURLIsGivenOnceWhateverTheOrder() {
    var schedule = schedule(
      (0..<1000).map { "http://host-\($0 % 37)/\($0)" }, perHost: 3)
    var given: [Int] = []
    var active: [HostSchedule.Job] = []
    while schedule.waiting > 0 || !active.isEmpty {
      while let job = schedule.next(at: 0) { active.append(job) }
      #expect(active.count <= 37 * 3)
      given += active.map(\.ticket)
      for job in active { schedule.finish(job.url, at: 0) }
      active = []
    }
    #expect(given.sorted() == Array(0..<1000))
  }

  @Test func hostsAreForgottenOnceTheyMayBeAskedAgain() {
    var schedule = schedule(["http://a/1", "http://b/1"], hostDelay: 5)
    #expect(ready(&schedule, at: 0) == [0, 1])
    schedule.finish("http://a/1", at: 1)
    #expect(schedule.knownHosts == 2)
    #expect(ready(&schedule, at: 5) == [])
    #expect(schedule.knownHosts == 1)
    schedule.finish("http://b/1", at: 9)
    #expect(schedule.knownHosts == 0)
    #expect(schedule.nextTime == nil)
  }

  @Test(arguments: [
    ("http://Example.COM/a", "example.com"), ("https://u:p@x.org:8080?q", "x.org:8080"),
    ("http://x", "x"), ("http://x:80/", "x"), ("https://x:443/", "x"), ("https://x:80/", "x:80"),
    ("http://[::1]:81/a", "[::1]:81"), ("http://a\\b/c", "a"), ("", ""),
  ])
  func theHostIsTheServersName(_ url: String, _ host: String) {
    #expect(HostSchedule.host(of: url) == host)
  }
}
