"""What a resident's browser does: keeps cookies, reads forms out of pages, sends them back."""

import html.parser
import http.client
import urllib.parse


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def location(self):
        return self.headers.get("Location", "")

    @property
    def cookies(self):
        """Name and value of each cookie that the answer sets."""
        pairs = (header.split(";")[0].partition("=") for header in self.headers.get_all("Set-Cookie", []))
        return {name: value for name, _, value in pairs}

    def form(self, action):
        """The fields of the page's form that leads to `action`."""
        reader = FormReader()
        reader.feed(self.body.decode())
        for target, fields in reader.forms:
            if target.endswith(action):
                return fields
        raise LookupError(f"the page has no form for {action} (status {self.status})")


class FormReader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.forms.append((values.get("action", ""), {}))
        elif tag == "input" and self.forms and "name" in values:
            if values.get("type") not in ("checkbox", "radio") or "checked" in values:
                self.forms[-1][1][values["name"]] = values.get("value", "")


class Browser:
    """One connection, kept open. `address` is the loopback address it calls from, so that residents need not share one."""

    def __init__(self, port, address="127.0.0.1"):
        self._port = port
        self._address = address
        self._connection = None
        self.cookies = {}

    def get(self, target):
        return self.send("GET", target)

    def post(self, target, fields, headers=None):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", target, urllib.parse.urlencode(fields), {**form, **(headers or {})})

    def send(self, method, target, body=None, headers=None):
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60, source_address=(self._address, 0))
        self._connection.request(method, target, body=body, headers=headers)
        response = self._connection.getresponse()
        answer = Answer(response, response.read())
        self.cookies.update({name: value for name, value in answer.cookies.items() if value})
        return answer

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
