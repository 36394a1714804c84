/** Reports live at CommCare's own addresses, which end in a slash; the few others do not mind. */
export const trailingSlash = 'ignore'
