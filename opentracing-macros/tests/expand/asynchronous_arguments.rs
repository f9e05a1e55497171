#[traced(tags(id), err)]
async fn save(&self, id: u64, mut rows: Vec<Row>, key: String, _: Permit) -> Result<(), Error> {
    rows.sort();
    self.write(key, rows).await
}
