package localdb

// hot is the statements that writing transactions run often; they are
// prepared once when the database is opened.
var hot = []string{
	sqlAuditHead, sqlAuditInsert, sqlAuditHeadSet,
	sqlOfficer, sqlOfficerLoggedIn,
	sqlSessionInsert, sqlSessionTouch,
	sqlDraftInsertMany, sqlDraftInsert, sqlDraft, sqlDraftMeta, sqlDraftUpdate, sqlDraftPlan, sqlDraftReleased,
	sqlVersionInsertMany, sqlVersionInsert, sqlAttachmentsDelete,
	sqlSubjectReleased, sqlEnvelopeInsert,
	sqlImportFindMany, sqlImportInsertMany, sqlImportInsert, sqlImportSet,
	sqlBatch, sqlBatchAdvance,
	sqlReadingInsert, sqlReadingUpdate, sqlReadingOf, sqlHolderInsert, sqlHolderReadings, sqlHolderDelete, sqlReadingHeld, sqlStateGet, sqlStateSet, sqlQueueInsert, sqlQueueDelete,
	sqlJudgedInsert, sqlJudgedLast, sqlJudgedCounts,
}
