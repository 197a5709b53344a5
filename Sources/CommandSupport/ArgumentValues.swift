import ArgumentParser
import Audit
import Pairs
import Stages

// Closed lists as values of options: help texts and errors name all of their members.
extension PairRole: ExpressibleByArgument {}
extension PairReason: ExpressibleByArgument {}
extension ColumnOrder: ExpressibleByArgument {}
extension IngestConfiguration.Format: ExpressibleByArgument {}
extension CorruptConfiguration.Format: ExpressibleByArgument {}
extension ExportConfiguration.Format: ExpressibleByArgument {}
extension ExportConfiguration.Decision: ExpressibleByArgument {}
extension PairStatus: ExpressibleByArgument {}
extension InspectionSort: ExpressibleByArgument {}
