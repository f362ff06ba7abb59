export const workflowPath = '.github/workflows/penstock.yml';

/** A GitHub Actions file that checks every pull request and puts the report on it. */
export const workflowFile = `name: Penstock
on:
  pull_request:
permissions:
  contents: read
  pull-requests: write
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          # The branch to compare with has to be there.
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - name: Check the pipelines
        # --trust-base: scripts, SQL and databases run as the base has them; what the pull request itself wrote as code does not.
        # Where Penstock is no dependency of this repository, name the package or the path of a checkout here.
        run: npx --yes penstock ci --trust-base --report penstock-report.md
      - name: Put the report on the pull request
        if: always() && hashFiles('penstock-report.md') != ''
        run: |
          cat penstock-report.md >> "$GITHUB_STEP_SUMMARY"
          gh pr comment "$NUMBER" --body-file penstock-report.md --edit-last || gh pr comment "$NUMBER" --body-file penstock-report.md
        env:
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
`;
