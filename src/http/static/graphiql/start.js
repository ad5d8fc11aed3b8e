'use strict';

const example = `# Ctrl-Enter runs the query.
# Ctrl-Space completes a name.
# The book on the left lists every type.
# endCursor goes into after: for the next page.
query FirstLines {
  cellLines(first: 5) {
    totalCount
    nodes {
      id
      name
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

// The address is relative, so that the page also works behind a path prefix.
const fetcher = GraphiQL.createFetcher({ url: new URL('graphql', document.baseURI).href });

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: example }),
);
